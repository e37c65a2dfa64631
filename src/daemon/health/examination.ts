/**
 * The findings of doctor, as the daemon sees its machine: for those who cannot ask it themselves.
 * A process of its own does the work, within a deadline: the loop waits for nothing but its answer.
 */
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { PeerFacts } from "../../advice/findings/facts.ts";
import { unreachedIn, unresolvedIn } from "../../advice/findings/unreached.ts";
import type { FindingsReport, Status } from "../../control/api.ts";
import { addMs, type Instant, seconds } from "../../model/time.ts";
import { runProgram, systemPath } from "../../system/program/program.ts";
import type { Running, Written } from "../config/running.ts";
import type { ExaminationAnswer, ExaminationQuestion } from "./examination-process.ts";

export interface ExaminationDoors {
  readonly now: () => Instant;
  readonly wallClock: () => string;
  readonly status: () => Promise<Status>;
  /** With the role, where it is known. */
  readonly config: () => Written | Running;
  /** What the peer has, or why that is not known. Never throws. */
  readonly peer: () => Promise<PeerFacts | string>;
}

/** Whatever a large configuration takes: some 20 s, most of which is waiting for real servers. */
const deadline = seconds(45);
const heapMegabytesMax = 512;

/** It asks on the wire: whoever asks sooner gets the last answer. */
const keptFor = seconds(10);

export class Examination {
  readonly #doors: ExaminationDoors;
  #report: Promise<FindingsReport> | null = null;
  /** Null while one is under way. */
  #until: Instant | null = null;

  constructor(doors: ExaminationDoors) {
    this.#doors = doors;
  }

  read(): Promise<FindingsReport> {
    const now = this.#doors.now();
    if (this.#report !== null && (this.#until === null || now < this.#until)) return this.#report;
    this.#until = null;
    this.#report = this.#examine();
    return this.#report;
  }

  async #examine(): Promise<FindingsReport> {
    const { now, wallClock, status, config: read, peer: ask } = this.#doors;
    try {
      const written = read();
      const peer = await ask();
      const { findings, asked, all } = await examinedElsewhere({
        path: written.config.path,
        files: written.files,
        role: "role" in written ? written.role : null,
        daemon: daemonFacts(await status()),
        peer: typeof peer === "string" ? null : peer,
      });
      const ok = findings.every(({ severity }) => severity !== "prevents");
      return { ok, at: wallClock(), findings, real_servers: { asked, all } };
    } finally {
      this.#until = addMs(now(), keptFor);
    }
  }
}

/** Throws MachineError where the process fails or is late. */
async function examinedElsewhere(question: ExaminationQuestion): Promise<ExaminationAnswer> {
  const program = fileURLToPath(new URL("./examination-process.ts", import.meta.url));
  const { stdout } = await runProgram({
    file: basename(process.execPath),
    // The programs that it asks are the system's.
    path: `${dirname(process.execPath)}:${systemPath}`,
    args: [`--max-old-space-size=${heapMegabytesMax}`, program],
    input: JSON.stringify(question),
    deadline,
    unhurried: true,
  });
  return JSON.parse(stdout) as ExaminationAnswer;
}

const daemonFacts = (status: Status): ExaminationQuestion["daemon"] => {
  const { state, peer } = status;
  return {
    state,
    unreached: unreachedIn(status),
    unresolved: unresolvedIn(status),
    peer: peer && { alive: peer.alive, configMatch: peer.config_match, paths: peer.paths },
  };
};
