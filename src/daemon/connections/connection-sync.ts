/**
 * Connection synchronisation: keeps the kernel's two daemons as the configuration asks, and knows
 * since when this router has received the active one's connections.
 *
 * Both daemons run on both routers all the time. A daemon that is stopped throws away what it has
 * not sent yet, up to 3 s of new connections, so swapping them at a change of the active router
 * would lose just those that the change puts at risk. The master of a standby has nothing to say.
 *
 * Starts a program for each look; none of them is waited for by a hand-over.
 */
import { isDeepStrictEqual } from "node:util";
import type { ConnectionSyncConfig } from "../../config/config.ts";
import {
  type SyncDaemon,
  type SyncDaemonKind,
  sameSyncDaemon,
  syncDaemonKinds,
} from "../../kernel/sync-text.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { SyncDaemons } from "../../system/ipvs/sync-daemon.ts";
import type { SyncAim, SyncLink } from "../../system/ipvs/sync-sender.ts";
import { syncRefresh } from "../../table/kernel-settings.ts";

export interface ConnectionSyncParts {
  readonly daemons: SyncDaemons;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** `missing()` may answer differently now. */
  readonly missingChanged: () => void;
}

/** Where the kernel's daemons speak. */
export interface SyncPlace extends SyncAim {
  readonly id: number;
}

export interface ConnectionSyncStatus {
  readonly state: "master" | "backup" | "off";
  readonly device: string;
  readonly id: number;
}

/**
 * How long the kernel keeps a datagram that is not full (ip_vs_sync.c: flush time and check
 * period).
 */
const kernelDelay = seconds(3);
/** Each connection that is in use has been sent at least once after this long. */
const completeAfter: Ms = ms(syncRefresh + kernelDelay);
/** An automatic failback is not held up for longer. */
const waitMax = seconds(30);
const lookEvery = seconds(5);
const retryAfter = seconds(1);

export class ConnectionSync {
  readonly #parts: ConnectionSyncParts;
  #config: ConnectionSyncConfig | null = null;
  /** The kernel's number of the device; null: it is missing or down. Undefined: not known yet. */
  #device: number | null | undefined;
  #link: SyncLink | null = null;
  /** The device that each daemon was started on: one that was made anew needs new daemons. */
  readonly #startedOn = new Map<SyncDaemonKind, number | null | undefined>();
  #active = false;
  #agreeing = false;
  /** Since when the peer is known to be active; null: it is not. */
  #peerActiveSince: Instant | null = null;
  /** Since when both daemons were seen to run, without a gap. */
  #runningSince: Instant | null = null;
  #failure: string | null = null;
  #toldIncomplete = false;
  /** Datagrams that the kernel had dropped at the last look; null: there was none. */
  #dropped: number | null = null;
  #queue: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #judgement: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: ConnectionSyncParts) {
    this.#parts = parts;
  }

  /** Takes over the wish and makes it true in the background. */
  configure(config: ConnectionSyncConfig | null): void {
    const before = this.#config;
    if (isDeepStrictEqual(before, config)) return;
    this.#config = config;
    if (before?.device !== config?.device) this.#device = undefined;
    this.#runningSince = null;
    this.#request(before);
  }

  /** The machine's devices, each time they were read. */
  interfacesRead(interfaces: readonly Interface[]): void {
    if (this.#config === null) return;
    const { device } = this.#config;
    const found = interfaces.find(({ name }) => name === device);
    this.#link = found ?? null;
    const index = found?.up === true ? found.index : null;
    const known = this.#device;
    this.#device = index;
    if (known !== undefined && known !== index) this.#request(this.#config);
  }

  /**
   * Who is active, each time the failover machine has moved, and whether the two are just agreeing
   * on a change. Cheap.
   */
  stepped(active: boolean, peerActive: boolean, agreeing: boolean): void {
    this.#active = active;
    this.#agreeing = agreeing;
    if (peerActive === (this.#peerActiveSince !== null)) return;
    this.#peerActiveSince = peerActive ? this.#parts.now() : null;
    this.#toldIncomplete = false;
    this.#judgeLater();
  }

  /** What an automatic failback is to wait for; null: nothing. */
  missing(): string | null {
    if (this.#config === null || this.#peerActiveSince === null) return null;
    const waited = between(this.#peerActiveSince, this.#parts.now());
    if (waited >= waitMax) return null;
    return this.#complete() ? null : "connections are being synchronised";
  }

  /** Where the peer's kernel listens; null: nowhere, now. */
  place(): SyncPlace | null {
    if (this.#config === null || this.#runningSince === null || this.#link === null) return null;
    const { id, group, port, ttl } = this.#config;
    return { link: this.#link, id, group, port, ttl };
  }

  /** Whether the kernel knows all that it was sent of the peer's connections, as far as it says. */
  takenIn(): boolean {
    const place = this.place();
    return place === null || this.#parts.daemons.intake(place).waiting === 0;
  }

  status(): ConnectionSyncStatus | null {
    if (this.#config === null) return null;
    const state = this.#runningSince === null ? "off" : this.#active ? "master" : "backup";
    return { state, device: this.#config.device, id: this.#config.id };
  }

  /** Resolves when what was asked for so far has been tried. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /**
   * Does `work` while this changes none of the kernel's daemons; the end of this waits for it.
   * Throws what `work` throws, and MachineError once this has ended.
   */
  undisturbed(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(() => {
      if (this.#stopped) throw new MachineError("the synchronisation of connections has ended");
      return work();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Stops the daemons. Never throws. */
  async stop(): Promise<void> {
    const before = this.#config;
    this.#config = null;
    this.#request(before);
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#judgement);
    await this.#queue;
  }

  /** Ends the looking and leaves the daemons to the next process. Never throws. */
  async leave(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#judgement);
    await this.#queue;
  }

  #complete(): boolean {
    if (this.#runningSince === null || this.#peerActiveSince === null) return false;
    const since = Math.max(this.#runningSince, this.#peerActiveSince) as Instant;
    return between(since, this.#parts.now()) >= completeAfter;
  }

  /** Asks for the next judgement when it may have become another one. */
  #judgeLater(): void {
    clearTimeout(this.#judgement);
    if (this.#config === null || this.#peerActiveSince === null || this.#stopped) return;
    const now = this.#parts.now();
    const since = Math.max(this.#runningSince ?? now, this.#peerActiveSince) as Instant;
    const toComplete = completeAfter - between(since, now);
    const toGiveUp = waitMax - between(this.#peerActiveSince, now);
    const wait = this.#runningSince === null ? toGiveUp : Math.min(toComplete, toGiveUp);
    if (toGiveUp <= 0 || (this.#runningSince !== null && toComplete <= 0)) {
      this.#judged();
      return;
    }
    this.#judgement = setTimeout(() => this.#judgeLater(), Math.max(1, Math.ceil(wait)));
  }

  #judged(): void {
    if (!this.#complete() && !this.#toldIncomplete) {
      this.#toldIncomplete = true;
      const text = `some of the peer's connections may be unknown here after ${waitMax / 1000} s; failback waits no longer`;
      this.#parts.report({ event: "sync", kind: "incomplete", text });
    }
    this.#parts.missingChanged();
  }

  #request(before: ConnectionSyncConfig | null): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#queue = this.#queue.then(() => this.#pass(before));
  }

  async #pass(before: ConnectionSyncConfig | null): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const repaired = this.#config === null ? await this.#end(before) : await this.#mend();
      this.#succeeded(repaired);
      this.#lookForDrops();
    } catch (thrown) {
      this.#failed(messageOf(thrown));
    }
    if (this.#stopped || this.#config === null) return;
    const wait = this.#failure === null ? lookEvery : retryAfter;
    this.#timer = setTimeout(() => this.#lookUnlessAgreeing(), wait);
  }

  /**
   * To start a program holds up the loop for some ms: a change of the active router comes first.
   */
  #lookUnlessAgreeing(): void {
    const look = (): void => this.#request(this.#config);
    if (this.#agreeing) this.#timer = setTimeout(look, retryAfter);
    else look();
  }

  #lookForDrops(): void {
    const { dropped } = this.#parts.daemons.intake(this.#config ?? undefined);
    const news = dropped - (this.#dropped ?? dropped);
    this.#dropped = dropped;
    if (news <= 0 || this.#config === null) return;
    const text = `${news} datagrams of the peer found no room: some of its connections are unknown here; raise net.core.rmem_max, then stop and start lvsd`;
    this.#parts.report({ event: "sync", kind: "dropped", text });
  }

  /** Stops what an earlier configuration asked for. */
  async #end(before: ConnectionSyncConfig | null): Promise<readonly SyncDaemonKind[]> {
    if (before === null) return [];
    for (const { kind, device } of await this.#parts.daemons.read(before))
      if (device === before.device) await this.#parts.daemons.stop(kind);
    this.#startedOn.clear();
    return [];
  }

  /** Makes both daemons what they should be, and reads back. Which ones were changed. Throws. */
  async #mend(): Promise<readonly SyncDaemonKind[]> {
    const { daemons } = this.#parts;
    const target = this.#config ?? undefined;
    const found = await daemons.read(target);
    const changed: SyncDaemonKind[] = [];
    for (const wanted of this.#wanted()) {
      const running = found.find(({ kind }) => kind === wanted.kind);
      if (running !== undefined && this.#isRight(running, wanted)) continue;
      if (running !== undefined) await daemons.stop(wanted.kind);
      await daemons.start(wanted);
      this.#startedOn.set(wanted.kind, this.#device);
      changed.push(wanted.kind);
    }
    if (changed.length > 0) this.#verify(await daemons.read(target));
    return changed;
  }

  #verify(found: readonly SyncDaemon[]): void {
    for (const wanted of this.#wanted()) {
      const running = found.find(({ kind }) => kind === wanted.kind);
      if (running === undefined || !sameSyncDaemon(running, wanted))
        throw new Error(`the ${wanted.kind} daemon reads back otherwise than it was started`);
    }
  }

  #wanted(): readonly SyncDaemon[] {
    const config = this.#config;
    if (config === null) return [];
    const { maxLength, ...rest } = config;
    return syncDaemonKinds.map((kind) => ({
      kind,
      ...rest,
      datagramBytes: kind === "master" ? maxLength : null,
    }));
  }

  #isRight(running: SyncDaemon, wanted: SyncDaemon): boolean {
    if (!sameSyncDaemon(running, wanted)) return false;
    const device = this.#startedOn.get(wanted.kind);
    // A daemon of an earlier run is taken over with the device that there is now.
    if (device === undefined) this.#startedOn.set(wanted.kind, this.#device);
    return device === undefined || this.#device === undefined || device === this.#device;
  }

  #succeeded(changed: readonly SyncDaemonKind[]): void {
    const { report, now } = this.#parts;
    const config = this.#config;
    if (config === null) {
      this.#runningSince = null;
      this.#failure = null;
      return;
    }
    const place = `on ${config.device}, id ${config.id}`;
    if (this.#failure !== null)
      report({ event: "sync", kind: "recovered", text: `connections are sent again ${place}` });
    else if (this.#runningSince === null)
      report({
        event: "sync",
        kind: "running",
        text: `both routers send each other their connections ${place}`,
      });
    else if (changed.length > 0) {
      const text = `the kernel's ${changed.join(" and ")} daemon ${place} was gone or another one; started again`;
      report({ event: "sync", kind: "repaired", text });
    }
    this.#failure = null;
    if (changed.length > 0 || this.#runningSince === null) {
      this.#runningSince = now();
      this.#judgeLater();
    }
  }

  #failed(why: string): void {
    const device = this.#config?.device;
    const text = this.#device === null ? `${device} is missing or down: ${why}` : why;
    if (this.#failure !== text) this.#parts.report({ event: "sync", kind: "failed", text });
    this.#failure = text;
    if (this.#runningSince !== null) this.#parts.missingChanged();
    this.#runningSince = null;
    this.#judgeLater();
  }
}
