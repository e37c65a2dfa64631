/**
 * The process of examination.ts: gathers and judges what it was asked about on stdin, and prints
 * the findings. It is a process and no thread: what it opened is closed when it is late.
 */
import type { DaemonFacts, PeerFacts } from "../../advice/findings/facts.ts";
import { examine, type Found } from "../../advice/findings/findings.ts";
import { resolveDevices } from "../../config/on-this-machine.ts";
import { type ConfigFile, readConfig } from "../../config/read-config.ts";
import { printProblem } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import { gather, realServersAsked } from "../../system/examination/gather.ts";
import { keptFiles } from "../../system/file/kept-files.ts";
import { readFacts } from "../../system/ip/facts.ts";

export interface ExaminationQuestion {
  readonly path: string;
  /** The configuration as it was loaded: to read it again here costs the daemon nothing. */
  readonly files: readonly ConfigFile[];
  readonly role: Role | null;
  readonly daemon: Omit<DaemonFacts, "descriptors">;
  /** What the daemon has heard from the peer. */
  readonly peer: PeerFacts | null;
}

export interface ExaminationAnswer {
  readonly findings: readonly Found[];
  /** Real servers that were asked on the wire, of all that there are. */
  readonly asked: number;
  readonly all: number;
}

/** 64 are asked at once, for a second or two each. */
const realServersMax = 512;

async function answer(question: ExaminationQuestion): Promise<ExaminationAnswer> {
  const { path, files, role, daemon, peer } = question;
  const read = readConfig(path, keptFiles(files));
  if ("problems" in read) throw new Error(read.problems.map(printProblem)[0]);
  const interfaces = (await readFacts()).interfaces ?? [];
  const resolved = resolveDevices(read.config, interfaces, read.places);
  const config = "config" in resolved ? resolved.config : read.config;
  const needs = read.places.checkNeeds;
  const findings = examine(await gather({ config, role, needs, daemon, peer, realServersMax }));
  return { findings, ...realServersAsked({ config, realServersMax }) };
}

try {
  const bytes = Buffer.concat((await process.stdin.toArray()) as Buffer[]);
  const asked = JSON.parse(bytes.toString("utf8")) as ExaminationQuestion;
  process.stdout.write(JSON.stringify(await answer(asked)));
} catch (thrown) {
  // One line, which the daemon's error ends with.
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
