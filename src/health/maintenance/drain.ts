/**
 * How the drain of one real server goes: its connections are counted down, what does not end in
 * time is reported, and flows without an end (UDP) are moved to other servers.
 *
 * Pure: counts and time are arguments. The kernel ends what it can by itself: an entry of UDP lives
 * for its time-out after the last packet, and a persistent client of a server with weight 0 is sent
 * elsewhere (net.ipv4.vs.expire_quiescent_template). A client of UDP that never pauses keeps its
 * entry for ever, so after that time-out the server leaves the table, and the kernel schedules the
 * client's next packet anew (net.ipv4.vs.expire_nodest_conn). Where TCP goes by the same firewall
 * mark it keeps its place, and its flows are moved one by one (connections/quiesced-flows.ts).
 */
import { addMs, between, type Instant, type Ms, ms } from "../../model/time.ts";

/** What is left after this time is reported. */
export const drainDeadline: Ms = ms(15 * 60_000);
/** No connection for so long: the counts are looked at about once a second. */
const quietFor: Ms = ms(1000);
/** After the kernel's time-out: entries end within a jiffy of it, and are counted once a second. */
const udpLateMax: Ms = ms(10_000);

export interface Drain {
  readonly state: "draining" | "drained";
  readonly since: Instant;
  /** Since when there was no connection; null: there are some, or nothing is known. */
  readonly quietSince: Instant | null;
  readonly connections: number | null;
  readonly overdue: boolean;
  /** Flows that were moved, when the server left the table for them; null: it did not. */
  readonly moved: number | null;
}

export interface DrainLook {
  /** Connections that the kernel counts, active or not; null: it gives this server new ones. */
  readonly connections: number | null;
  /** Of these the active ones: established over TCP or SCTP, never UDP (ip_vs_proto_tcp.c). */
  readonly active: number;
  /** How long an entry of UDP lives; null where the place in the table is not to be given up. */
  readonly udpTimeout: Ms | null;
}

/** When flows of UDP that have not ended by themselves are to be moved. */
export const flowsLeaveAt = ({ since }: Pick<Drain, "since">, udpTimeout: Ms): Instant =>
  addMs(addMs(since, udpTimeout), udpLateMax);

export const startDrain = (now: Instant): Drain => ({
  state: "draining",
  since: now,
  quietSince: null,
  connections: null,
  overdue: false,
  moved: null,
});

/** What a drain is after a look at the kernel's counts. */
export function lookAtDrain(drain: Drain, look: DrainLook, now: Instant): Drain {
  const { connections, active, udpTimeout } = look;
  if (connections === null) return { ...drain, state: "draining", quietSince: null, connections };
  const quietSince = connections > 0 ? null : (drain.quietSince ?? now);
  const quiet = quietSince !== null && between(quietSince, now) >= quietFor;
  const patience = udpTimeout === null ? null : flowsLeaveAt(drain, udpTimeout);
  // To leave the table ends what is established, too: it waits for that, and is overdue some day.
  const flows = connections > 0 && active === 0;
  const moves = flows && patience !== null && now >= patience && drain.moved === null;
  return {
    since: drain.since,
    quietSince,
    connections,
    // Entries of clients that were moved end by themselves.
    state: quiet || moves || drain.moved !== null ? "drained" : "draining",
    overdue: drain.overdue || (connections > 0 && between(drain.since, now) >= drainDeadline),
    moved: moves ? connections : drain.moved,
  };
}

/**
 * The drain of a key; of a name that stands for several real servers, of all of them: it is over
 * when each is. Undefined: there is none.
 */
export function together(key: string, drains: ReadonlyMap<string, Drain>): Drain | undefined {
  const own = drains.get(key);
  const parts = [...drains].filter(([each]) => each.startsWith(`${key}@`)).map(([, part]) => part);
  if (own === undefined || parts.length === 0) return own;
  const counts = parts.flatMap(({ connections }) => connections ?? []);
  const moved = parts.flatMap((part) => part.moved ?? []);
  const sum = (of: readonly number[]): number | null =>
    of.length === 0 ? null : of.reduce((all, one) => all + one, 0);
  return {
    ...own,
    state: parts.every(({ state }) => state === "drained") ? "drained" : "draining",
    connections: sum(counts),
    moved: sum(moved),
  };
}
