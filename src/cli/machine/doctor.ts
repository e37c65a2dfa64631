/** `lvsd doctor`: what speaks against service here, on the peer and at the real servers. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { DaemonFacts, PeerFacts } from "../../advice/findings/facts.ts";
import { examine, type Found, findings } from "../../advice/findings/findings.ts";
import { type Possessions, possessionsIn } from "../../advice/findings/possessions.ts";
import { unreachedIn, unresolvedIn } from "../../advice/findings/unreached.ts";
import { resolveDevices, roleHere } from "../../config/on-this-machine.ts";
import { readConfig } from "../../config/read-config.ts";
import type { PeerReport } from "../../control/api.ts";
import { controlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import { gather } from "../../system/examination/gather.ts";
import { diskFiles } from "../../system/file/config-files.ts";
import { readFailure } from "../../system/file/read-failure.ts";
import { readFacts } from "../../system/ip/facts.ts";
import { defaultConfig, socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import { doctorReport } from "../report/doctor.ts";
import { colored, plain } from "../report/paint.ts";
import type { Terminal } from "../terminal.ts";

export interface DoctorOptions extends ReportOptions {
  /** What `lvsd doctor --json` printed on the other router; null: the daemon here asks the peer. */
  readonly peer: string | null;
}

/** 1 where something would prevent service; 2 where the configuration is missing or invalid. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitStatus> {
  const path = resolve(options.config ?? defaultConfig);
  const read = readConfig(path, diskFiles);
  if ("problems" in read) {
    complain(terminal, read.problems, options.json);
    return exit.invalid;
  }
  const peer = options.peer === null ? null : peerFrom(options.peer);
  if (typeof peer === "string") {
    complain(terminal, [problemElsewhere(peer)], options.json);
    return exit.invalid;
  }
  const interfaces = (await readFacts()).interfaces ?? [];
  const resolved = resolveDevices(read.config, interfaces, read.places);
  const config = "config" in resolved ? resolved.config : read.config;
  const own = roleHere(config, interfaces);
  const role = typeof own === "string" ? null : own.role;
  const daemon = await daemonFacts(options.runDir);
  const asked = peer === null && daemon !== null ? await peerFacts(options.runDir) : null;
  const other = peer ?? asked?.peer ?? null;
  const facts = await gather({ config, role, needs: read.places.checkNeeds, daemon, peer: other });
  const found = examine(facts);
  const prevented = found.some(({ severity }) => severity === "prevents");
  const report = {
    ok: !prevented,
    role,
    daemon: daemon !== null,
    findings: found,
    here: facts.here,
    peer: other?.has ?? null,
    peer_unknown: asked?.why ?? null,
  };
  if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
  else
    terminal.out(
      doctorReport({ ...report, examined: findings.length }, terminal.colors ? colored : plain),
    );
  return prevented ? exit.refused : exit.done;
}

/** What `--json` prints. */
export interface DoctorReport {
  readonly ok: boolean;
  readonly role: string | null;
  /** Whether a daemon answered. */
  readonly daemon: boolean;
  readonly findings: readonly Found[];
  /** For `--peer` on the other router. */
  readonly here: Possessions;
  /** What the peer has: from `--peer`, or asked by the daemon here; null: not known. */
  readonly peer: Possessions | null;
  /** Why the daemon here could not ask the peer; null: it could, or there was no need. */
  readonly peer_unknown: string | null;
}

/** What only the daemon knows; null where none answers. */
async function daemonFacts(runDir: string): Promise<Omit<DaemonFacts, "descriptors"> | null> {
  try {
    const status = await controlClient(socketIn(runDir)).status();
    const { state, peer } = status;
    return {
      state,
      unreached: unreachedIn(status),
      unresolved: unresolvedIn(status),
      peer:
        peer === null
          ? null
          : { alive: peer.alive, configMatch: peer.config_match, paths: peer.paths },
    };
  } catch (thrown) {
    if (thrown instanceof MachineError) return null;
    throw thrown;
  }
}

/** What the daemon's peer has. A daemon of an older version cannot ask. */
async function peerFacts(runDir: string): Promise<PeerReport> {
  try {
    return await controlClient(socketIn(runDir)).peerFacts();
  } catch (thrown) {
    if (thrown instanceof MachineError) return { peer: null, why: thrown.message };
    throw thrown;
  }
}

/** The other router's facts, or why the file has none. */
function peerFrom(file: string): PeerFacts | string {
  try {
    const read: unknown = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
    const has = possessionsIn((read as { readonly here?: unknown } | null)?.here);
    if (has === null) return `${file}: this is not what lvsd doctor --json prints`;
    return { has, askedAt: null };
  } catch (thrown) {
    return `${file}: ${readFailure(thrown)}`;
  }
}
