/**
 * What operators read: the closed list of events. One event is one log line, one entry of
 * `lvsd events` and one server-sent event. Every event carries its cause where it has one.
 */
import type { Role, RouterState } from "./router.ts";

/** journald's priorities that lvsd uses, as pino calls them. */
export type Severity = "info" | "warn" | "error";

interface Named<Name extends string, Kind extends string> {
  readonly event: Name;
  readonly kind: Kind;
}

/** The events by their stable `event` name, then by `kind`. docs/events.md lists the same. */
export type EventBody =
  | (Named<"process", "started"> & { readonly version: string; readonly config: string })
  | (Named<"process", "role"> & { readonly role: Role; readonly by: string })
  | (Named<"process", "real-time" | "no-real-time"> & { readonly text: string })
  | (Named<"process", "stopping"> & { readonly cause: string })
  | (Named<"process", "stopped"> & { readonly took_ms: number })
  | (Named<"process", "slept"> & { readonly for_ms: number })
  | (Named<"state", "changed"> & {
      readonly from: RouterState;
      readonly to: RouterState;
      readonly cause: string;
    })
  | (Named<"state", "timeline"> & {
      /** Parts of a takeover, ms before the last one: what accounts for the outage. */
      readonly cause: string;
      readonly last_heard_ms: number | null;
      readonly decided_ms: number;
      readonly claimed_ms: number;
      readonly announced_ms: number;
    })
  | (Named<"state", "failback"> & { readonly text: string })
  | (Named<"fault", "raised" | "cleared"> & { readonly subject: string; readonly text: string })
  | (Named<"peer", "alive" | "dead"> & { readonly text: string })
  | (Named<"peer", "path-alive" | "path-dead"> & { readonly path: string; readonly text: string })
  | (Named<"peer", "late"> & { readonly path: string; readonly lateness_ms: number })
  | (Named<"peer", "config-match" | "config-mismatch"> & { readonly text: string })
  | (Named<"peer", "role-conflict" | "version"> & { readonly text: string })
  | (Named<"heartbeat", "refused"> & {
      readonly reason: string;
      readonly from: string;
      readonly detail: string;
    })
  | (Named<"heartbeat", "send-failed" | "send-recovered"> & {
      readonly path: string;
      readonly text: string;
    })
  | (Named<"vip", "claimed" | "released"> & {
      readonly addresses: readonly string[];
      readonly took_ms: number;
    })
  | (Named<"vip", "claim-failed" | "release-failed"> & { readonly text: string })
  | (Named<"vip", "lost" | "restored" | "left-behind"> & {
      readonly address: string;
      readonly device: string;
      readonly text: string;
    })
  | (Named<"vip", "stranger"> & {
      readonly address: string;
      readonly device: string;
      readonly mac: string;
    })
  | (Named<"vip", "contested"> & {
      readonly address: string;
      readonly device: string;
      readonly mac: string;
      readonly text: string;
    })
  | (Named<"vip", "announce-failed"> & { readonly text: string })
  | (Named<"fence", "started"> & { readonly command: string })
  | (Named<"fence", "done"> & { readonly took_ms: number; readonly output: string })
  | (Named<"fence", "failed"> & {
      readonly took_ms: number;
      readonly cause: string;
      readonly output: string;
    })
  | (Named<"service", "running" | "stopped" | "failed"> & {
      readonly service: string;
      readonly cause: string;
    })
  | (Named<"link", "up" | "down" | "renamed"> & { readonly device: string; readonly text: string })
  | (Named<"real_server", "up" | "down" | "reentry" | "checking" | "disabled"> & {
      readonly virtual_server: string;
      readonly real_server: string;
      readonly address: string;
      readonly cause: string;
    })
  | (Named<"virtual_server", "up" | "down"> & {
      readonly virtual_server: string;
      readonly cause: string;
    })
  | (Named<"ipvs", "changed"> & {
      readonly changes: number;
      readonly cause: string;
      readonly text: string;
    })
  | (Named<"ipvs", "drift"> & { readonly changes: number; readonly text: string })
  | (Named<"ipvs", "refused"> & { readonly subject: string; readonly text: string })
  | (Named<"ipvs", "failed" | "recovered"> & { readonly text: string })
  | (Named<"ipvs", "foreign"> & { readonly services: readonly string[] })
  | (Named<"ipvs", "adopted"> & { readonly services: number; readonly destinations: number })
  | (Named<"sync", "running" | "repaired" | "failed" | "recovered" | "incomplete"> & {
      readonly text: string;
    })
  | (Named<"sync", "told" | "untold" | "dropped"> & { readonly text: string })
  | (Named<"config", "loaded"> & {
      readonly hash: string;
      readonly serial: number;
      readonly text: string;
    })
  | (Named<"config", "refused"> & { readonly problems: readonly string[] })
  | (Named<"config", "stored"> & {
      readonly serial: number;
      readonly peer: "none" | "away" | "stored" | "unsure";
    })
  | (Named<"config", "caught-up"> & { readonly serial: number; readonly text: string })
  | (Named<"config", "mismatch"> & { readonly text: string })
  | (Named<"config", "channel-refused"> & { readonly reason: string; readonly text: string })
  | (Named<"check", "overdue"> & { readonly real_server: string; readonly text: string })
  | (Named<"check", "source"> & { readonly source: "own" | "peer"; readonly text: string })
  | (Named<"notify", "told"> & { readonly subject: string; readonly took_ms: number })
  | (Named<"notify", "failed"> & { readonly subject: string; readonly text: string })
  | (Named<"control", "refused"> & { readonly reason: string; readonly text: string })
  | (Named<"control", "warning"> & { readonly text: string })
  | (Named<"machine", "failed" | "repaired" | "recovered"> & { readonly text: string });

export type EventName = EventBody["event"];

/** An event as it is kept, logged and sent. `at` is wall-clock time, ISO 8601 in UTC. */
export type LvsdEvent = EventBody & {
  readonly at: string;
  readonly severity: Severity;
  /** One sentence for people. */
  readonly message: string;
};

/** How many events `lvsd events` remembers. */
export const eventsMax = 1000;
