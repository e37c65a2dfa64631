/**
 * What of a new configuration would part this router from its peer, which still runs the present
 * one: judged before a reload. Pure.
 */
import { addressesOf, type Config, type RouterAddresses } from "../../config/config.ts";
import { type InterfaceHere, missingOwnAddresses } from "../../config/on-this-machine.ts";
import type { ConfigMark } from "../../config/saving/history.ts";
import type { Refusal } from "../../control/api.ts";
import { sealOf, understand } from "../../heartbeat/header.ts";
import type { Problem } from "../../keys/problem.ts";
import { type Role, roles } from "../../model/router.ts";
import type { Running, Written } from "./running.ts";

const hint =
  "lvsd apply changes it on both routers at once; lvsd reload --yes does it here alone all the same";

/** By which protocol the peer is judged now. */
type Dialect = "lvsd" | "pulse";

/** One problem for each thing by which the peer is found or believed, and which `next` changes. */
export function partingProblems(
  before: Pick<Written, "config" | "keys">,
  next: Pick<Written, "config" | "keys">,
  dialect: Dialect = "lvsd",
): readonly Problem[] {
  return [...changes(before, next, dialect)].map((what) => ({
    file: next.config.path,
    line: null,
    column: null,
    message: `this would part the router from its peer: ${what}`,
    hint,
  }));
}

/**
 * What speaks against a change of this kind: the parting, unless the peer is not heard anyway, gets
 * the same (`onBoth`) or has it already, as its `mark` says; and an own address that changes to one
 * that is not here. The mark is of the text: it says nothing of the keys that the peer has.
 */
export function refusedLeaving(change: {
  readonly before: Running;
  readonly next: Running;
  /** Whether the peer is alive by what is loaded now: who is not heard is not parted from. */
  readonly isHeard: boolean;
  readonly mark: ConfigMark | null;
  readonly dialect?: Dialect | undefined;
  readonly onBoth: boolean;
  readonly interfaces: readonly InterfaceHere[];
}): Refusal | null {
  const { before, next, isHeard, mark, dialect, onBoth, interfaces } = change;
  const hasIt = mark !== null && next.config.hash.startsWith(mark.hash);
  const joins = !isHeard || onBoth || (hasIt && understand(sealOf(before.keys), sealOf(next.keys)));
  const [had, has] = [before, next].map(({ config }) => addressesOf(config, next.role));
  const moved = had?.public !== has?.public || had?.private !== has?.private;
  const problems = [
    ...(joins ? [] : partingProblems(before, next, dialect)),
    ...(moved ? missingOwnAddresses(next.config, next.role, interfaces) : []),
  ];
  return problems.length === 0 ? null : { ok: false, fault: "now", problems };
}

function* changes(
  before: Pick<Written, "config" | "keys">,
  next: Pick<Written, "config" | "keys">,
  dialect: Dialect,
): Generator<string> {
  const old = before.config;
  const now = next.config;
  if (old.routers.backup === null) return;
  if (now.routers.backup === null) {
    yield `routers.backup: ${old.routers.backup.public} -> none`;
    return;
  }
  for (const role of roles) yield* changedAddresses(role, old, now);
  if (old.heartbeat.port !== now.heartbeat.port)
    yield `heartbeat.port: ${old.heartbeat.port} -> ${now.heartbeat.port}`;
  const spoke = old.heartbeat.protocol;
  const speaks = now.heartbeat.protocol;
  // Where the other one may not be understood: no router speaks both then.
  const is = spoke === "auto" ? dialect : spoke;
  if (speaks !== "auto" && speaks !== is)
    yield `heartbeat.protocol: ${spoke} -> ${speaks}, while the peer is heard in ${is}`;
  // In pulse nothing is signed.
  if (spoke === "pulse" || speaks === "pulse") return;
  if (old.heartbeat.authentication !== now.heartbeat.authentication)
    yield `heartbeat.authentication: ${old.heartbeat.authentication} -> ${now.heartbeat.authentication}`;
  else if (!understand(sealOf(before.keys), sealOf(next.keys)))
    yield "heartbeat.key_file: the first key of one is not among the keys of the other";
}

function* changedAddresses(role: Role, old: Config, now: Config): Generator<string> {
  const was = old.routers[role];
  const is = now.routers[role];
  if (was === null || is === null) return;
  const changed = (key: keyof RouterAddresses): string =>
    `routers.${role}.${key}: ${was[key] ?? "none"} -> ${is[key] ?? "none"}`;
  if (was.public !== is.public) yield changed("public");
  // A second path that comes or goes leaves the first one as it is.
  if (was.private !== null && is.private !== null && was.private !== is.private)
    yield changed("private");
}
