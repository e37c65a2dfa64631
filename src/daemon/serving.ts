/**
 * A router that knows its role: everything between configuration and kernel, built, started in
 * order and stopped in reverse. The three loops (failover, health, table) meet here, through
 * values.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { followedServices } from "../connections/opened-connections.ts";
import type { Start } from "../failover/protocol.ts";
import { heardMessage, type Router } from "../failover/router.ts";
import { serviceWish } from "../failover/service.ts";
import { type Nanny, realServerEvent } from "../health/nanny.ts";
import { sealOf } from "../heartbeat/header.ts";
import type { BootId } from "../heartbeat/message.ts";
import { refusal } from "../heartbeat/peer.ts";
import { messageOf } from "../model/error.ts";
import type { Fault } from "../model/router.ts";
import { ms, seconds } from "../model/time.ts";
import type { Interface } from "../system/ip/ip.ts";
import { describeChange, type Names, namesIn, realServersOf } from "../table/describe.ts";
import { desiredTable } from "../table/desired.ts";
import type { Table } from "../table/table.ts";
import { peerAddresses, type Running } from "./config/running.ts";
import { ConnectionHandOver } from "./connections/connection-handover.ts";
import { ConnectionSync } from "./connections/connection-sync.ts";
import type { Doors } from "./doors.ts";
import { Arbiter } from "./failover/arbiter.ts";
import { Engine } from "./failover/engine.ts";
import { Fence } from "./failover/fence.ts";
import { Heartbeat } from "./failover/heartbeat.ts";
import { letGo } from "./failover/letting-go.ts";
import { rulesOf } from "./failover/rules.ts";
import { takeOver } from "./failover/taking-over.ts";
import { Nannies } from "./health/nannies.ts";
import { Replication } from "./health/replication.ts";
import { VirtualServerStates } from "./health/virtual-server-states.ts";
import { rehearse } from "./rehearsal.ts";
import type { Legacy } from "./restart/restart-state.ts";
import { Succession } from "./restart/succession.ts";
import { FailoverServices } from "./services/failover-services.ts";
import { adoptTable, setTimeouts } from "./table/adoption.ts";
import { openOwnedServices } from "./table/owned-services.ts";
import { Reconciler } from "./table/reconciler.ts";
import { applySysctls, restoreSysctls } from "./table/sysctls.ts";
import { Announcements } from "./vips/announcements.ts";
import { Links } from "./vips/links.ts";
import { leaveReleaseFile, removeReleaseFile } from "./vips/release-file.ts";
import { Vips } from "./vips/vips.ts";
import { within } from "./within.ts";

/** Requests of operators that the failover machine answers. */
export interface Answers {
  readonly answer: (request: number, why: string | null) => void;
  readonly stopped: () => void;
}

/** How long a starting router waits for the first round of checks before it may hold the VIPs. */
const firstRoundMax = ms(1000);
/** The first pass over the table: programs that hang must not keep this router silent for ever. */
const firstPassMax = seconds(2);
/** A router that takes over begins to check by itself when the VIPs are announced. */
const takeoverFirst = ms(200);
/** Emptying the table is the last act and must not hold up the end. */
const emptyingMax = seconds(2);

export class Serving {
  readonly #doors: Doors;
  #running: Running;
  readonly links: Links;
  readonly vips: Vips;
  readonly nannies: Nannies;
  readonly reconciler: Reconciler;
  readonly replication: Replication;
  readonly connectionSync: ConnectionSync;
  readonly handOver: ConnectionHandOver;
  readonly heartbeat: Heartbeat;
  readonly services: FailoverServices;
  readonly engine: Engine;
  readonly #announcements: Announcements;
  readonly #arbiter: Arbiter;
  readonly fence: Fence;
  readonly #strangers;
  #names: Names = new Map();
  readonly #states: VirtualServerStates;
  #faults: readonly Fault[] = [];
  #missing: string | null = null;
  #unwatch: (() => void) | null = null;
  #ready = false;
  #checkLater: NodeJS.Timeout | undefined;
  readonly #succession: Succession;

  /**
   * `found`: whether VIPs of the configuration are in the kernel already; `legacy`: what a
   * predecessor has left on purpose.
   */
  constructor(
    doors: Doors,
    running: Running,
    found: Start["found"],
    legacy: Legacy,
    answers: Answers,
  ) {
    this.#doors = doors;
    this.#running = running;
    const { now, report } = doors;
    this.#succession = new Succession(doors, legacy, found);
    this.links = new Links(report);
    this.#states = new VirtualServerStates(report);
    this.fence = new Fence({ report, now });
    this.#arbiter = new Arbiter({
      openProbe: doors.openGatewayProbe,
      report,
      faultsChanged: () => this.#faultsChanged(),
    });
    this.#announcements = new Announcements(
      doors.announcer,
      running.config.failover.announce,
      report,
    );
    this.vips = new Vips({
      ip: doors.ip,
      announcements: this.#announcements,
      report,
      faultsChanged: () => this.#faultsChanged(),
      now,
      interfacesRead: (interfaces) => this.#interfacesRead(interfaces),
      remember: (vips) => leaveReleaseFile(doors, vips),
    });
    if (found === "kept") this.vips.spare();
    this.nannies = new Nannies({
      now,
      run: doors.runCheck,
      changed: (before, after) => this.#healthChanged(before, after),
      report,
    });
    this.reconciler = this.#buildReconciler();
    this.replication = new Replication({
      nannies: () => this.nannies.all(),
      tell: (key, standing) => this.nannies.tell(key, standing),
      checkOurselves: (on) => this.#checkOurselves(on),
      refused: (reason, detail) => this.heartbeat.refuse(reason, "peer", detail),
      report,
      now,
      generation: randomBytes(4).readUInt32BE(),
    });
    this.connectionSync = new ConnectionSync({
      daemons: doors.syncDaemons,
      report,
      now,
      missingChanged: () => this.#tellMissing(),
    });
    this.handOver = new ConnectionHandOver(doors, () => followedServices(this.#running.config));
    this.services = new FailoverServices({
      ...{ runCommand: doors.runCommand, runCheck: doors.runCheck, now, report },
      role: () => this.#running.role,
      changed: () => this.#servicesChanged(),
    });
    this.heartbeat = this.#buildHeartbeat();
    this.engine = this.#buildEngine(found, answers);
    this.#strangers = doors.openStrangerWatch(
      (stranger) => {
        if (this.vips.heardStranger(stranger) && stranger.isPeer)
          this.engine.input({ kind: "contested" });
      },
      (why) => report({ event: "machine", kind: "failed", text: why }),
    );
  }

  get running(): Running {
    return this.#running;
  }

  /**
   * Adopts what is in the kernel, then begins to check, to speak and to decide, in this order.
   * Resolves when the table is programmed for the first time. Never throws.
   */
  async start(): Promise<void> {
    const { config } = this.#running;
    this.#succession.recallSysctls(this.#doors.sysctl);
    this.#succession.recallServices(this.services);
    applySysctls(config, this.#doors.sysctl, this.#doors.report);
    await setTimeouts(config, null, this.#doors);
    await adoptTable(config, this.nannies, this.#doors);
    this.#configureParts();
    this.#succession.recallHealth(this.nannies);
    await this.#look();
    this.#unwatch = this.#doors.ip.watch(() => this.vips.changed());
    await rehearse(this.#doors, rulesOf(this.#running), config.connectionSync !== null);
    // The programs that these start hold up the loop; the heartbeat begins when that is over.
    await within(this.reconciler.request("start"), firstPassMax);
    await this.#openHeartbeat();
    this.engine.begin();
    this.engine.input({ kind: "faults", faults: this.#faults });
    void within(this.nannies.firstRound(), firstRoundMax).then(() => {
      this.#ready = true;
      this.engine.input({ kind: "ready" });
    });
  }

  /** Takes over a configuration whose role is the same, touching only what changed. */
  async reconfigure(next: Running): Promise<void> {
    const before = this.#running;
    this.#running = next;
    applySysctls(next.config, this.#doors.sysctl, this.#doors.report);
    await setTimeouts(next.config, before.config, this.#doors);
    this.#configureParts();
    await this.#openHeartbeat();
    this.engine.input({ kind: "rules", rules: rulesOf(this.#running) });
    await this.#look();
    await this.reconciler.request("reload");
    await this.vips.settle();
  }

  /** The table that the present configuration and health ask for. */
  desired(): Table {
    return desiredTable(this.#running.config, this.nannies.health());
  }

  /** Ends everything but the doors; deletes the owned services. Never throws. */
  async stop(): Promise<void> {
    await this.#end();
    const stopped = this.services.stop();
    await within(this.connectionSync.stop(), emptyingMax);
    try {
      await within(this.reconciler.empty(), emptyingMax);
      removeReleaseFile(this.#doors.runDir);
    } catch (thrown) {
      this.#doors.report({ event: "ipvs", kind: "failed", text: messageOf(thrown) });
    }
    await stopped;
    restoreSysctls(this.#doors.sysctl, this.#doors.report);
  }

  /** Ends everything but the doors and leaves the rest to the next process. Never throws. */
  async leave(): Promise<void> {
    const memory = this.#succession.memoryOf(this.nannies, this.#doors.sysctl);
    const services = this.services.leave();
    await this.#end();
    const ending = Promise.all([this.reconciler.stop(), this.connectionSync.leave()]);
    await within(ending, emptyingMax);
    this.#succession.leave({ ...memory, services });
  }

  async #end(): Promise<void> {
    this.#unwatch?.();
    clearTimeout(this.#checkLater);
    this.engine.close();
    this.vips.close();
    this.#arbiter.close();
    this.fence.close();
    await Promise.all([this.#strangers.close(), this.heartbeat.close(), this.nannies.stop()]);
  }

  #buildReconciler(): Reconciler {
    const { now, report, ipvsadm } = this.#doors;
    return new Reconciler({
      ipvsadm,
      desired: () => this.desired(),
      owned: openOwnedServices(join(this.#doors.stateDir, "owned-services.json"), (text) =>
        report({ event: "machine", kind: "failed", text }),
      ),
      report,
      now,
      describe: (change) => describeChange(change, this.#names).text,
      refused: (change, why) => {
        for (const key of realServersOf(change, this.#names)) this.nannies.tableRefused(key, why);
      },
      accepted: (change) => {
        for (const key of realServersOf(change, this.#names)) this.nannies.tableAccepted(key);
      },
      faultsChanged: () => this.#faultsChanged(),
    });
  }

  #buildHeartbeat(): Heartbeat {
    return new Heartbeat({
      open: this.#doors.openHeartbeatPath,
      input: (input, at) => this.engine.input(input, at),
      report: this.#doors.report,
      now: this.#doors.now,
      known: (header, path) => refusal(this.engine.router.peer, path, header),
      digest: () => this.replication.digest(),
      // Strangers have no vote on health either: only the newest word of the proven peer counts.
      heardDigest: (message) => {
        if (this.engine.router.peer.message === message) this.replication.heard(message);
      },
    });
  }

  #buildEngine(found: Start["found"], answers: Answers): Engine {
    const { now, openAlarm, report } = this.#doors;
    const boot = randomBytes(8).toString("hex") as BootId;
    return new Engine(
      { rules: rulesOf(this.#running), boot, found },
      {
        claim: () => takeOver(this.connectionSync, () => this.#succession.claim(this.vips)),
        release: () => this.#succession.release(() => letGo(this)),
        announce: () => this.vips.announce(),
        keep: (length) => this.#succession.keep(this.vips, length),
        fence: () => this.fence.run(this.#running.config, this.#running.role),
        probe: () => this.#arbiter.probe(),
        send: (message) => this.heartbeat.send(message),
        report,
        answer: answers.answer,
        refused: (reason, detail) => this.heartbeat.refuse(reason, "peer", detail),
        stopped: answers.stopped,
        stepped: (router) => this.#stepped(router),
      },
      now,
      openAlarm,
    );
  }

  #configureParts(): void {
    const { config, role, vips } = this.#running;
    this.#names = namesIn(config);
    this.#arbiter.configure(config, role);
    this.links.configure(config);
    this.vips.configure(vips);
    this.#announcements.configure(config.failover.announce);
    this.nannies.configure(config);
    this.services.configure(config.failover.services);
    this.replication.configurationChanged();
    this.connectionSync.configure(config.connectionSync);
  }

  async #openHeartbeat(): Promise<void> {
    const { config, role, keys } = this.#running;
    const seal = sealOf(rulesOf(this.#running).cluster, keys);
    await this.heartbeat.configure(config, role, seal);
  }

  /** What the peer said is fresh enough not to hold up a takeover with a round of checks. */
  #checkOurselves(on: boolean): void {
    clearTimeout(this.#checkLater);
    if (!on) this.nannies.setActiveChecking(false);
    else this.#checkLater = setTimeout(() => this.nannies.setActiveChecking(true), takeoverFirst);
  }

  #interfacesRead(interfaces: readonly Interface[]): void {
    this.#strangers.watch(this.#running.vips, interfaces, peerAddresses(this.#running));
    this.connectionSync.interfacesRead(interfaces);
    this.#arbiter.look(interfaces);
    if (this.links.look(interfaces)) this.#faultsChanged();
  }

  async #look(): Promise<void> {
    try {
      await this.vips.look();
    } catch (thrown) {
      const text = `devices and addresses cannot be read: ${messageOf(thrown)}`;
      this.#doors.report({ event: "machine", kind: "failed", text });
    }
  }

  #healthChanged(before: Nanny | null, after: Nanny): void {
    this.replication.healthChanged();
    const event = realServerEvent(before, after);
    if (event !== null) this.#doors.report(event);
    const { virtualServers } = this.#running.config;
    const virtualServer = virtualServers.find(({ name }) => name === after.rules.virtualServer);
    if (virtualServer !== undefined) this.#states.look(virtualServer, this.nannies.health());
    if (isDeepStrictEqual(before?.health, after.health)) return;
    void this.reconciler.request(`${after.rules.key} is ${after.health.state}`);
  }

  #faultsChanged(): void {
    const parts = [this.vips, this.reconciler, this.links, this.#arbiter, this.services];
    const faults = parts.flatMap((part) => part.faults());
    if (isDeepStrictEqual(faults, this.#faults)) return;
    this.#faults = faults;
    this.engine.input({ kind: "faults", faults });
  }

  #servicesChanged(): void {
    this.#faultsChanged();
    this.#tellMissing();
  }

  #stepped(router: Router): void {
    const peerActive = heardMessage(router)?.state === "active";
    const now = router.steppedAt ?? this.#doors.now();
    this.replication.settle(router.state !== "active" && peerActive, now);
    const agreeing = (router.wish ?? router.grant ?? router.offer) !== null;
    this.connectionSync.stepped(router.state === "active", peerActive, agreeing);
    this.services.wish(serviceWish(router, peerActive), router.activation?.cause === "switchover");
    this.#tellMissing();
  }

  #tellMissing(): void {
    const missing = this.#ready
      ? (this.connectionSync.missing() ?? this.services.missing())
      : "the first round of checks";
    if (missing === this.#missing) return;
    this.#missing = missing;
    this.engine.input({ kind: "whole", missing });
  }
}
