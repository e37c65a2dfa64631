/**
 * Maintenance as a part of the daemon: keeps the operators' orders, shares them with the peer, and
 * follows each drain to its end. What an order does to traffic follows from the configuration that
 * it makes (health/maintenance/maintained.ts), which is taken over as a reload is.
 */
import { join } from "node:path";
import type { DrainReport, MaintenanceReport, Refusal, Status } from "../../control/api.ts";
import type { Router } from "../../failover/router.ts";
import {
  type Drain,
  type DrainLook,
  flowsLeaveAt,
  lookAtDrain,
  startDrain,
  together,
} from "../../health/maintenance/drain.ts";
import { decodeSection, encodeSection, ordersOutbox } from "../../health/maintenance/exchange.ts";
import { maintained } from "../../health/maintenance/maintained.ts";
import {
  merge,
  nextStamp,
  noOrders,
  type Order,
  type OrderKey,
  type Orders,
  orderKey,
  shortBy,
  standing,
  withoutOver,
} from "../../health/maintenance/orders.ts";
import { isRefused } from "../../model/error.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { refusedNow } from "../refused.ts";
import type { TableState } from "../table/reconciler.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { drainEvent } from "./drain-event.ts";
import { drainLook, serversIn, udpTimeoutOf } from "./drain-look.ts";
import { OrdersFile } from "./orders-file.ts";
import { type Asked, type Subject, subjectsOf } from "./subjects.ts";

export interface MaintenanceNeeds {
  /** The configuration without orders. */
  readonly written: () => Running;
  readonly table: () => TableState;
  /** Other orders hold now: carries them out. Resolves when that is done. */
  readonly changed: () => Promise<void>;
  /** What the peer says of orders cannot be read. */
  readonly refused: (reason: string, detail: string) => void;
}

const lookEveryMs = 1000;
/** A disk that hangs must not hold up the end. */
const writingMax: Ms = ms(1000);
/** An address that a host name stands for no more: not in the table, so without connections. */
const withoutPlace: DrainLook = { connections: 0, active: 0, udpTimeout: null };
const isOfName = (key: OrderKey): boolean => key.includes("@");
/** So long the order for a name outlives the name in the configuration. */
const forgottenAfter: Ms = ms(24 * 3_600_000);

export class MaintenancePart implements Part {
  readonly #context: PartContext;
  readonly #needs: MaintenanceNeeds;
  readonly #file: OrdersFile;
  #orders: Orders = noOrders;
  #outbox = ordersOutbox(noOrders);
  /** The fingerprint that the peer has named last. */
  #peer: Uint8Array | null = null;
  #drains = new Map<OrderKey, Drain>();
  /** Since when the configuration does not have the subject of an order. */
  readonly #unknownSince = new Map<OrderKey, Instant>();
  #active = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(context: PartContext, needs: MaintenanceNeeds) {
    this.#context = context;
    this.#needs = needs;
    const { stateDir, report } = context.doors;
    this.#file = new OrdersFile(join(stateDir, "maintenance.json"), (text) =>
      report({ event: "machine", kind: "failed", text }),
    );
    this.#keep(withoutOver(this.#file.read(), this.#wallMs));
  }

  start(): void {
    this.#looking = setInterval(() => this.#look(), lookEveryMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await waitAtMost(this.#file.written(), writingMax);
  }

  stepped(router: Router): void {
    this.#active = router.state === "active";
  }

  status(): Pick<Status, "maintenance"> {
    return {
      maintenance: standing(this.#orders).map((order) => ({
        virtual_server: order.virtualServer,
        real_server: order.realServer,
        order: order.kind === "drain" ? "drain" : "disable",
        by: order.by,
        since: new Date(order.stamp).toISOString(),
        connections: this.#drains.get(orderKey(order))?.connections ?? null,
      })),
    };
  }

  /** `next` with the orders carried out. */
  under(next: Running): Running {
    const moved = [...this.#drains].filter(([, drain]) => drain.moved !== null);
    const removed = new Set(moved.map(([key]) => key));
    const config = maintained(next.config, this.#orders, removed);
    if (config === next.config) return next;
    const kept = new Set<string>(config.vips.map(({ prefix }) => prefix.address));
    return { ...next, config, vips: next.vips.filter(({ prefix }) => kept.has(prefix.address)) };
  }

  /** The state of a real server that is being drained; null: no drain. */
  drainState(key: OrderKey): Drain["state"] | null {
    const [name = key, address] = key.split("@");
    // An address that a name has since it is being drained has had no connections yet.
    const isNew = address !== undefined && this.#drains.has(name);
    return this.#drains.get(key)?.state ?? (isNew ? "drained" : null);
  }

  /** Whether a real server is being drained for so long that its flows of UDP are to leave it. */
  flowsLeave(key: OrderKey): boolean {
    const drain = this.#drains.get(key);
    if (drain === undefined) return false;
    const udpTimeout = udpTimeoutOf(this.#needs.written().config.timeouts);
    return this.#context.doors.now() >= flowsLeaveAt(drain, udpTimeout);
  }

  /** Carries out what an operator asks. Never throws. */
  async order(asked: Asked, by: string | null): Promise<MaintenanceReport | Refusal> {
    const subjects = subjectsOf(this.#needs.written().config, this.#orders, asked);
    if ("ok" in subjects) return subjects;
    const fresh = subjects.filter((subject) => {
      const known = this.#orders.get(orderKey(subject))?.kind ?? "enable";
      return known !== asked.kind;
    });
    const report = this.#reportOf(asked, subjects, fresh);
    if (fresh.length === 0) return { ...report, kept: true };
    const stamp = nextStamp(this.#orders, this.#wallMs);
    const who = shortBy(by, "an operator");
    const { news, left } = this.#take(
      fresh.map(({ virtualServer, realServer }) => {
        return { virtualServer, realServer, kind: asked.kind, by: who, stamp };
      }),
    );
    if (left > 0 && news.length === 0)
      return refusedNow("too many orders are kept", "lvsd enable what is under maintenance");
    const kept = this.#file.write(this.#orders);
    await this.#needs.changed();
    return { ...report, kept: await kept };
  }

  /** How the drain of one real server goes. */
  drainReport(subject: Subject): DrainReport | Refusal {
    const key = orderKey(subject);
    const drain = together(key, this.#drains);
    if (drain === undefined) return refusedNow(`${key} is not being drained`);
    if (!this.#active)
      return refusedNow(
        `${key} is being drained, but this router is not active and does not see its connections`,
        "ask the active router",
      );
    return { ok: true, state: drain.state, connections: drain.connections, moved: drain.moved };
  }

  /** What the next heartbeat says of orders. */
  section(): Uint8Array {
    const { bytes, outbox } = encodeSection(this.#outbox, this.#peer);
    this.#outbox = outbox;
    return bytes;
  }

  /** Takes in the orders of a digest; what follows them in it. */
  heard(digest: Uint8Array): Uint8Array {
    const heard = decodeSection(digest);
    if (isRefused<string>(heard)) {
      this.#needs.refused(`digest-${heard.refused}`, heard.detail);
      return new Uint8Array(0);
    }
    this.#peer = Uint8Array.from(heard.fingerprint);
    if (heard.orders.length > 0 && this.#take(heard.orders).news.length > 0) {
      void this.#file.write(this.#orders);
      void this.#needs.changed();
    }
    return heard.rest;
  }

  #take(given: readonly Order[]): ReturnType<typeof merge> {
    const before = this.#orders;
    const merged = merge(before, given, this.#wallMs);
    this.#keep(merged.orders);
    for (const { virtualServer, realServer, kind, by } of merged.news) {
      const subject = orderKey({ virtualServer, realServer });
      if (kind === "enable" && (before.get(subject)?.kind ?? "enable") === "enable") continue;
      this.#context.doors.report({
        event: "maintenance",
        kind: "ordered",
        subject,
        order: kind,
        by,
      });
    }
    return merged;
  }

  #keep(orders: Orders): void {
    this.#orders = orders;
    this.#outbox = ordersOutbox(orders);
    const drains = new Map<OrderKey, Drain>();
    for (const [key, { kind }] of orders)
      if (kind === "drain")
        drains.set(key, this.#drains.get(key) ?? startDrain(this.#context.doors.now()));
    this.#drains = drains;
  }

  /** About once a second: how drains go, and which orders nothing answers to any more. */
  #look(): void {
    if (this.#orders.size === 0) return;
    this.#forget();
    if (!this.#active) return;
    const { now, report } = this.#context.doors;
    const servers = serversIn(this.#needs.written().config, this.#drains);
    const table = this.#needs.table();
    let moved = false;
    for (const [key, drain] of this.#drains)
      if (isOfName(key) && !servers.has(key))
        this.#drains.set(key, lookAtDrain(drain, withoutPlace, now()));
    for (const [key, server] of servers) {
      const before = this.#drains.get(key);
      if (before === undefined) continue;
      const look = drainLook(server, table, this.#needs.written().config.timeouts);
      const after = lookAtDrain(before, look, now());
      this.#drains.set(key, after);
      moved ||= after.moved !== before.moved;
      const event = drainEvent(server, before, after, now());
      if (event !== null) report(event);
    }
    if (moved) void this.#needs.changed();
  }

  #forget(): void {
    const { config } = this.#needs.written();
    const { now, report } = this.#context.doors;
    const known = new Set(
      config.virtualServers.flatMap(({ name, realServers, namedServers }) => [
        name,
        ...realServers.map((server) => orderKey({ virtualServer: name, realServer: server.name })),
        ...namedServers.map((server) => orderKey({ virtualServer: name, realServer: server.name })),
      ]),
    );
    const over: Order[] = [];
    for (const order of standing(this.#orders)) {
      const key = orderKey(order);
      if (known.has(key)) this.#unknownSince.delete(key);
      else if (!this.#unknownSince.has(key)) this.#unknownSince.set(key, now());
      const since = this.#unknownSince.get(key);
      if (since !== undefined && between(since, now()) >= forgottenAfter) over.push(order);
    }
    for (const order of over) {
      const subject = orderKey(order);
      this.#unknownSince.delete(subject);
      report({ event: "maintenance", kind: "forgotten", subject, order: order.kind, by: order.by });
    }
    if (over.length === 0) return;
    const stamp = nextStamp(this.#orders, this.#wallMs);
    this.#take(over.map((order) => ({ ...order, kind: "enable", by: "lvsd", stamp })));
    void this.#file.write(this.#orders);
  }

  #reportOf(
    asked: Asked,
    subjects: readonly Subject[],
    fresh: readonly Subject[],
  ): Omit<MaintenanceReport, "kept"> {
    const named = (subject: Subject) => ({
      virtual_server: subject.virtualServer,
      real_server: subject.realServer,
    });
    const unchanged = subjects.filter((subject) => !fresh.includes(subject));
    const servers = { changed: fresh.map(named), unchanged: unchanged.map(named) };
    return { ok: true, order: asked.kind, ...servers, active: this.#active };
  }

  get #wallMs(): number {
    return Date.parse(this.#context.doors.wallClock());
  }
}
