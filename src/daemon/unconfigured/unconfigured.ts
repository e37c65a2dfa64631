/**
 * A router without a configuration that it can run: it holds nothing, programs nothing and sends no
 * heartbeat, but it answers at its control socket, so that a first configuration can be made there.
 */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { PlanReport, RequestRefusal, SaveReport, Status } from "../../control/api.ts";
import { SharedLooks } from "../../control/reports/status-changes.ts";
import type { AnswerTo, Controlled, Given } from "../../control/requests.ts";
import { requests } from "../../control/requests.ts";
import { type Problem, printProblem } from "../../keys/problem.ts";
import { configBytesMax } from "../../keys/source.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { LvsdEvent } from "../../model/event.ts";
import { version } from "../../model/version.ts";
import { readBounded } from "../../system/file/files.ts";
import { beyondBounds, readWritten } from "../config/config-thread.ts";
import type { Written } from "../config/running.ts";
import type { Journal } from "../journal.ts";
import { countUp, refusedNow } from "../refused.ts";
import { firstKey, ownKeyPath } from "./first-key.ts";
import { machineReport } from "./machine-report.ts";

export interface UnconfiguredParts {
  readonly path: string;
  /** Why the file that is there cannot be run; null: there is none. */
  readonly problems: readonly Problem[] | null;
  readonly journal: Journal;
  readonly wallClock: () => string;
  /** A configuration is on the disk: the process starts anew with it. */
  readonly configured: () => void;
  /** This router has had a configuration that could be run. */
  readonly configuredBefore: () => boolean;
}

/** The largest configuration, counted in bytes of UTF-8. */
const fileBytesMax = 3 * configBytesMax;

const rootsPath = "/etc/lvsd/heartbeat.key";
const noConfiguration = "this router has no configuration yet";
const wayOut = "lvsd apply FILE gives it the first one; do so on each router";

/** Every request is refused but those of {@link Unconfigured}. */
function refusing(): Controlled {
  const all = Object.entries(requests).map(([name, { refuses }]) => [
    name,
    async () => {
      if (refuses) return refusedNow(noConfiguration, wayOut);
      throw new MachineError(`${noConfiguration}; ${wayOut}`);
    },
  ]);
  return Object.fromEntries(all) as Controlled;
}

/** Why there is nothing to run, in one line. */
export const causeOf = ({
  path,
  problems,
}: Pick<UnconfiguredParts, "path" | "problems">): string =>
  problems === null
    ? `there is no ${path}`
    : `${path} cannot be run: ${problems.map(printProblem)[0] ?? ""}`;

/** What the control socket of such a router answers. */
export function unconfigured(parts: UnconfiguredParts): Controlled {
  const started = parts.wallClock();
  const refused = new Map<string, number>();
  const cause = causeOf(parts);
  const status = async () => statusOf({ ...parts, started, cause, refused });
  // A router that has no server has no long work with it.
  const looks = new SharedLooks(randomUUID(), status, () => () => undefined);
  return {
    ...refusing(),
    status,
    statusChanges: ({ since }) => looks.since(since),
    config: async () => ({
      path: parts.path,
      serial: 0,
      hash: "",
      text: "",
      includes: [],
      ...unloaded(parts),
    }),
    pastConfigs: async () => ({ path: parts.path, serial: 0, hash: "", past: [] }),
    machine: () => machineReport(),
    firstKey: async ({ key }) =>
      firstKey({ configPath: parts.path, rootsPath, configured: parts.configuredBefore() }, key),
    save: (given) => save(parts, given),
    reload: () => reload(parts),
    events: (): readonly LvsdEvent[] => parts.journal.events(),
    follow: (listener) => parts.journal.follow(listener),
    asked: ({ by, what, why }) =>
      parts.journal.record(
        why === null
          ? { event: "control", kind: "asked", by, what }
          : { event: "control", kind: "asked-in-vain", by, what, why },
      ),
    refusedRequest: (reason: RequestRefusal) => {
      countUp(refused, reason);
    },
  };
}

/** The file that cannot be run, to be mended; nothing where there is none. */
function unloaded({ path, problems }: UnconfiguredParts): { readonly unloaded?: string } {
  if (problems === null) return {};
  try {
    const text = readBounded(path, fileBytesMax)?.toString("utf8");
    return text === undefined ? {} : { unloaded: text };
  } catch {
    // Why it cannot be read is among its problems.
    return {};
  }
}

const nothingChanged: PlanReport = {
  ok: true,
  changes: [],
  settings: [],
  unchanged_services: 0,
  refused: [],
};

/** The first configuration: judged as one that comes from outside, then written. */
async function save(
  { path, journal, configured }: UnconfiguredParts,
  { text }: Given<"save">,
): Promise<AnswerTo<"save">> {
  const written = await readWritten(path, text, "");
  if ("problems" in written) return { ok: false, fault: "text", problems: written.problems };
  const beyond = await beyondFirst(path, text, written);
  if (beyond.length > 0) return { ok: false, fault: "text", problems: beyond };
  try {
    writeFileSync(path, text, { mode: 0o640 });
  } catch (thrown) {
    return refusedNow(`${path}: cannot be written: ${messageOf(thrown)}`);
  }
  const { serial, hash } = written.config;
  journal.record({ event: "config", kind: "stored", serial, peer: "none" });
  setImmediate(configured);
  return { ...nothingChanged, serial, hash, peer: "none" } satisfies SaveReport;
}

/** Of a first configuration only what root alone may name is refused: there is none to compare. */
async function beyondFirst(path: string, text: string, { config }: Written) {
  const { heartbeat, notify } = config;
  // Root's, or the one that the daemon has made itself next to the configuration.
  const keyFile = heartbeat.keyFile === ownKeyPath(path) ? heartbeat.keyFile : rootsPath;
  const before = {
    heartbeat: {
      ...heartbeat,
      authentication: "hmac",
      keyFile: heartbeat.keyFile === null ? null : keyFile,
    },
    notify,
  } as const;
  const present = `heartbeat: { key_file: ${JSON.stringify(keyFile)} }\n`;
  return beyondBounds({
    path,
    text,
    present: [present],
    past: [],
    next: { heartbeat, notify },
    before,
  });
}

async function reload({
  path,
  journal,
  configured,
}: UnconfiguredParts): Promise<AnswerTo<"reload">> {
  const written = await readWritten(path);
  if ("problems" in written) {
    const problems = written.problems.map(printProblem);
    journal.record({ event: "config", kind: "refused", problems });
    return { ok: false, fault: "text", problems: written.problems };
  }
  setImmediate(configured);
  return nothingChanged;
}

function statusOf({
  path,
  problems,
  started,
  cause,
  refused,
}: UnconfiguredParts & {
  readonly started: string;
  readonly cause: string;
  readonly refused: ReadonlyMap<string, number>;
}): Status {
  return {
    version,
    started,
    role: null,
    state: "unconfigured",
    since: started,
    cause,
    config: { path, serial: 0, hash: "", error: problems },
    faults: [],
    commands: null,
    fence: null,
    connection_sync: null,
    peer: null,
    failback: { mode: "auto", blocked_by: null, in_ms: null },
    heartbeat: {
      sent: 0,
      received: 0,
      late: 0,
      refused: {},
      protocol: "lvsd",
      speaks: null,
      authenticated: null,
    },
    vips: [],
    services: [],
    virtual_servers: [],
    names: [],
    maintenance: [],
    ipvs: { in_sync: false, foreign_services: 0, last_error: null, drifts: 0 },
    kernel: { repairs: 0, wrong: [] },
    refused: { control: Object.fromEntries(refused), config: {}, cluster: {}, check: {} },
  };
}
