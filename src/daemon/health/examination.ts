/** The findings of doctor, as the daemon sees its machine: for those who cannot ask it themselves. */
import type { DaemonFacts } from "../../advice/findings/facts.ts";
import { examine } from "../../advice/findings/findings.ts";
import type { FindingsReport, Status } from "../../control/api.ts";
import { addMs, type Instant, seconds } from "../../model/time.ts";
import { gather } from "../../system/examination/gather.ts";
import type { Running, Written } from "../config/running.ts";

export interface ExaminationDoors {
  readonly now: () => Instant;
  readonly wallClock: () => string;
  readonly status: () => Promise<Status>;
  /** With the role, where it is known. */
  readonly config: () => Written | Running;
}

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
    const { now, wallClock, status, config: read } = this.#doors;
    try {
      const written = read();
      const role = "role" in written ? written.role : null;
      const { config, places } = written;
      const daemon = daemonFacts(await status());
      const facts = await gather({ config, role, needs: places.checkNeeds, daemon, peer: null });
      const findings = examine(facts);
      const ok = findings.every(({ severity }) => severity !== "prevents");
      return { ok, at: wallClock(), findings };
    } finally {
      this.#until = addMs(now(), keptFor);
    }
  }
}

const daemonFacts = ({ state, peer }: Status): Omit<DaemonFacts, "descriptors"> => ({
  state,
  peer: peer && { alive: peer.alive, configMatch: peer.config_match, paths: peer.paths },
});
