/** The daemon's double for the tests of the control socket, the commands and the console. */
import { settingsUsual } from "../../src/console/settings.ts";
import type {
  ConfigReport,
  DrainReport,
  FindingsReport,
  MaintenanceReport,
  PeerReport,
  PlanReport,
  ProbeReport,
  Refusal,
  SaveReport,
  ScriptReport,
  Status,
} from "../../src/control/api.ts";
import type { KeyReport, MachineReport } from "../../src/control/reports/first-files.ts";
import { SharedLooks } from "../../src/control/reports/status-changes.ts";
import type { AnswerTo, Asked, Controlled, Given } from "../../src/control/requests.ts";
import type { ReviewReport } from "../../src/control/review.ts";
import type { GivenOrder } from "../../src/daemon/maintenance/subjects.ts";
import { problemElsewhere } from "../../src/keys/problem.ts";
import type { LvsdEvent } from "../../src/model/event.ts";
import {
  sampleEvents,
  samplePast,
  samplePlan,
  sampleRates,
  sampleReview,
  sampleSave,
  sampleStatus,
} from "./sample.ts";
import { sampleFindings, sampleGraphs, sampleMachine } from "./sample-reports.ts";

/**
 * A daemon of which only the answers are real. The control room's contract is `Controlled`; with
 * the true daemon behind it, these tests would need two routers, a kernel with IPVS and root.
 */
export class ScriptedDaemon implements Controlled {
  readonly refused: string[] = [];
  readonly forced: boolean[] = [];
  known: LvsdEvent[] = [...sampleEvents];
  current: Status = sampleStatus;
  planned: () => Promise<PlanReport | Refusal> = async () => samplePlan;
  switched: Awaited<ReturnType<Controlled["switchover"]>> = { ok: true, took_ms: 31 };
  restarted: Controlled["restart"] = async () => ({
    ok: true,
    started: sampleStatus.started,
    state: "active",
    within_ms: 10_000,
  });
  readonly #followers = new Set<(event: LvsdEvent) => void>();

  get followers(): number {
    return this.#followers.size;
  }

  happen(event: LvsdEvent): void {
    this.known.push(event);
    for (const tell of this.#followers) tell(event);
  }

  status = async () => this.current;
  readonly #looks = new SharedLooks(
    "sample",
    () => this.status(),
    () => () => undefined,
  );
  statusChanges = ({ since }: Given<"statusChanges">) => this.#looks.since(since);
  rates = async () => sampleRates;
  graphed: AnswerTo<"graphs"> = sampleGraphs;
  graphs = async ({ virtualServer }: Given<"graphs">): Promise<AnswerTo<"graphs">> =>
    this.graphed.ok ? { ...this.graphed, virtual_server: virtualServer } : this.graphed;
  peerKnown: PeerReport = { peer: null, why: "the peer is dead" };
  peerFacts = async () => this.peerKnown;
  machines: MachineReport = sampleMachine;
  machine = async () => this.machines;
  keyed: KeyReport | Refusal = { ok: true, path: "/etc/lvsd/heartbeat.key", key: null };
  readonly keys: (string | null)[] = [];
  firstKey = async ({ key }: Given<"firstKey">) => {
    this.keys.push(key);
    return this.keyed;
  };
  found: () => Promise<FindingsReport> = async () => sampleFindings;
  findings = () => this.found();
  realServerScript = async (given: Given<"realServerScript">): Promise<ScriptReport | Refusal> => ({
    ok: true,
    method: "gateway",
    warning: null,
    text: `#!/bin/sh\n# ${given.virtualServer} ${given.undo ? "undo" : "apply"}\n`,
  });
  events = () => this.known;
  follow = (listener: (event: LvsdEvent) => void) => {
    this.#followers.add(listener);
    return () => {
      this.#followers.delete(listener);
    };
  };
  loaded: ConfigReport = {
    path: "/etc/lvsd/lvsd.yaml",
    serial: 7,
    hash: "0f".repeat(32),
    text: "serial: 7\n",
    includes: [],
  };
  config = async () => this.loaded;
  console: AnswerTo<"consoleSettings"> = settingsUsual as AnswerTo<"consoleSettings">;
  consoleSettings = async () => this.console;
  plan = () => this.planned();
  reload = ({ yes }: Given<"reload">) => {
    this.forced.push(yes);
    return this.planned();
  };
  saved: () => Promise<SaveReport | Refusal> = async () => sampleSave;
  readonly texts: string[] = [];
  reviewed: (text: string) => Promise<ReviewReport | Refusal> = async () => sampleReview;
  review = ({ text }: Given<"review">) => this.reviewed(text);
  /** The configurations in whose place something was to be saved. */
  readonly ontos: (string | null)[] = [];
  save = ({ text, yes, onto }: Given<"save">) => {
    this.ontos.push(onto);
    this.texts.push(text);
    this.forced.push(yes);
    return this.saved();
  };
  sync = ({ yes }: Given<"sync">) => {
    this.forced.push(yes);
    return this.saved();
  };
  rollback = ({ back, yes }: Given<"rollback">) => {
    this.texts.push(`back ${back}`);
    this.forced.push(yes);
    return this.saved();
  };
  pastConfigs = async () => ({
    path: "/etc/lvsd/lvsd.yaml",
    serial: 7,
    hash: "0f".repeat(32),
    past: [samplePast],
  });
  pastConfig = async ({ back }: Given<"pastConfig">): Promise<AnswerTo<"pastConfig">> => {
    if (back === 1) return { ok: true, ...samplePast, text: "serial: 6\n" };
    const message = `the history does not reach ${back} back`;
    const hint = "lvsd config history lists it";
    return { ok: false, fault: "now", problems: [problemElsewhere(message, hint)] };
  };
  readonly ordered: object[] = [];
  readonly #order =
    (order: MaintenanceReport["order"]) =>
    async ({ virtualServer, ...rest }: GivenOrder): Promise<MaintenanceReport> => {
      this.ordered.push({ order, virtualServer, ...rest });
      const { realServer = null } = rest;
      const changed = [{ virtual_server: virtualServer, real_server: realServer }];
      return { ok: true, order, changed, unchanged: [], active: true, kept: true };
    };
  probed: ProbeReport | Refusal = { ok: true, passed: true, servers: [] };
  probeVirtualServer: Controlled["probeVirtualServer"] = async () => this.probed;
  probeRealServer: Controlled["probeRealServer"] = async () => this.probed;
  drainRealServer = this.#order("drain");
  disableRealServer = this.#order("disable");
  enableRealServer = this.#order("enable");
  disableVirtualServer = this.#order("disable");
  enableVirtualServer = this.#order("enable");
  progress: (DrainReport | Refusal)[] = [];
  drainProgress = async (): Promise<DrainReport | Refusal> =>
    this.progress.shift() ?? { ok: true, state: "drained", connections: 0, moved: null };
  switchover = async () => this.switched;
  restart = () => this.restarted({});
  readonly audited: Asked[] = [];
  asked = (asked: Asked) => {
    this.audited.push(asked);
  };
  refusedRequest = (reason: string) => {
    this.refused.push(reason);
  };
}
