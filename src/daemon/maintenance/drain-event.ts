/** What operators read of a drain: its begin, its end, and what is left when its time is over. */
import type { Drain } from "../../health/maintenance/drain.ts";
import { printEndpoint } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant } from "../../model/time.ts";
import type { DrainedServer } from "./drain-look.ts";

/** Null: nothing that is worth a line. */
export function drainEvent(
  { virtualServer, realServer }: DrainedServer,
  before: Drain,
  after: Drain,
  now: Instant,
): EventBody | null {
  const names = { virtual_server: virtualServer.name, real_server: realServer.name };
  const address = printEndpoint(realServer.address, realServer.port);
  const named = { event: "real_server", ...names, address } as const;
  const took = Math.round(between(after.since, now) / 1000);
  if (after.state !== before.state) {
    const cause =
      after.state === "drained" ? drainedCause(after, took) : "it has connections again";
    return { ...named, kind: after.state, cause };
  }
  if (after.overdue && !before.overdue) {
    const subject = `${names.virtual_server}/${names.real_server}`;
    const text = `${after.connections} connections are left after ${took} s; lvsd disable ends them`;
    return { event: "maintenance", kind: "overdue", subject, text };
  }
  if (before.connections === null && after.connections !== null && after.state === "draining") {
    const cause = `weight 0, ${after.connections} connections are left`;
    return { ...named, kind: "draining", cause };
  }
  return null;
}

const drainedCause = ({ moved }: Drain, took: number): string =>
  moved === null
    ? `no connection is left after ${took} s`
    : `${moved} flows that did not end in ${took} s go to other servers`;
