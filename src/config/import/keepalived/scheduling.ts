/** How a virtual_server spreads connections: scheduler, flags, one-packet scheduling, persistence. */
import type { Findings } from "../imported.ts";
import type { MapNode } from "../outline.ts";
import { hasFallback, isScheduler, schedulerFlags } from "../schedulers.ts";
import { type Conversion, numberOf, quoted } from "./conversion.ts";
import type { Head } from "./groups.ts";
import { lastOf, type Statement } from "./statements.ts";

/** A word of lb_algo that lvsd has no scheduler for. */
const unsaid = "twos";
const flags = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"];
const persistenceDefault = 360;

export function scheduling(
  { findings }: Conversion,
  map: MapNode,
  block: readonly Statement[],
  head: Head,
): void {
  const given = lastOf(block, "lvs_sched", "lb_algo");
  const word = given?.words[0] ?? "wlc";
  const scheduler = isScheduler(word) ? word : "wlc";
  if (scheduler !== word)
    findings.add(
      word === unsaid ? "left-out" : "changed",
      given?.origin ?? null,
      "lb_algo",
      word === unsaid
        ? `lvsd has no scheduler ${word}: wlc comes near`
        : `${quoted(word)} is no scheduler: wlc, as keepalived takes it`,
    );
  map.set("scheduler", scheduler, given?.origin ?? null);
  hashFlags(map, scheduler, block, given, findings);
  const ops = lastOf(block, "ops");
  if (ops !== undefined && head.kind === "address" && map.get("protocol") !== "udp")
    findings.add("suspicious", ops.origin, "ops", "for UDP or a mark only: keepalived ignores it");
  else if (ops !== undefined) {
    map.set("one_packet", true, ops.origin);
    // The kernel does it with datagrams alone, whatever else has the mark.
    if (head.kind === "mark") map.set("protocol", "udp", null, "one_packet is for datagrams");
  }
  const timeout = lastOf(block, "persistence_timeout");
  const netmask = lastOf(block, "persistence_granularity");
  const isForced = head.kind === "address" && head.port === 0;
  const isNone = timeout?.words[0] === "0" && netmask === undefined;
  if ((timeout === undefined && netmask === undefined && !isForced) || (isNone && !isForced))
    return;
  const seconds =
    timeout === undefined || timeout.words.length === 0
      ? persistenceDefault
      : (numberOf(timeout, { min: 1, max: 2_678_400 }, findings) ?? persistenceDefault);
  const sticky = map.map("persistence", timeout?.origin ?? null).set("timeout", `${seconds}s`);
  const mask = netmask?.words[0];
  if (mask !== undefined && mask !== "255.255.255.255" && mask !== "128")
    sticky.set("netmask", mask);
  const engine = lastOf(block, "persistence_engine");
  if (engine === undefined) return;
  const isKnown = engine.words[0] === "sip" && map.get("protocol") === "udp";
  if (isKnown) sticky.set("engine", "sip", engine.origin);
  else {
    const text =
      "the kernel's only engine is sip, for UDP: without it clients are told apart by their address";
    findings.add("left-out", engine.origin, `persistence_engine ${engine.words[0] ?? ""}`, text);
  }
}

/** They count behind the scheduler's line alone, and for their own scheduler. */
function hashFlags(
  map: MapNode,
  scheduler: string,
  block: readonly Statement[],
  given: Statement | undefined,
  findings: Findings,
): void {
  const at = given === undefined ? -1 : block.indexOf(given);
  const written = block.filter(({ keyword }) => flags.includes(keyword));
  const counted = written.filter(
    (flag) => flag.keyword.startsWith("flag-") || (at !== -1 && block.indexOf(flag) > at),
  );
  const taken = schedulerFlags(
    scheduler,
    counted.map(({ keyword }) => keyword),
  );
  for (const flag of written) {
    const isLate = !counted.includes(flag);
    if (!isLate && !taken.ignored.includes(flag.keyword)) continue;
    const why = isLate
      ? "it stands before the scheduler's line: keepalived ignores it"
      : `the scheduler ${scheduler} has no such flag: it changes nothing`;
    findings.add("suspicious", flag.origin, flag.keyword, why);
  }
  if (taken.flags.length > 0) map.set("scheduler_flags", taken.flags);
  else if (hasFallback(scheduler)) map.set("scheduler_flags", []);
}
