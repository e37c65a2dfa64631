/** What operators read of a nanny: its events, and why a real server is held down. */
import { printEndpoint } from "../model/address.ts";
import type { EventBody } from "../model/event.ts";
import { holdCause } from "./damping.ts";
import { loadObjection } from "./load/load.ts";
import type { Nanny } from "./nanny.ts";

/** Why it is held down; null: it is not. */
export const heldWhy = ({ rules: { damping }, flapping }: Nanny): string | null =>
  damping === "off" || flapping.heldUntil === null ? null : holdCause(damping);

/** What stands in the way of a server whose checks pass; null: nothing. */
export const objection = (nanny: Nanny): string | null =>
  heldWhy(nanny) ?? loadObjection(nanny.load);

/** What operators read when the state has changed; null when it has not. */
export function realServerEvent(before: Nanny | null, after: Nanny): EventBody | null {
  const held = after.flapping.heldUntil !== null && before?.flapping.heldUntil === null;
  const state = held ? "held" : after.health.state;
  if (before?.health.state === state || state === "drained") return null;
  return {
    event: "real_server",
    kind: state,
    virtual_server: after.rules.virtualServer,
    real_server: after.rules.realServer,
    address: printEndpoint(after.rules.address, after.rules.port),
    cause: held && after.rules.damping !== "off" ? holdCause(after.rules.damping) : after.cause,
  };
}

/** Whether nothing differs that anybody who looks at real servers sees or replicates. */
export const looksAlike = (before: Nanny, after: Nanny): boolean =>
  before.health.state === after.health.state &&
  before.health.tableWeight === after.health.tableWeight &&
  before.verdict === after.verdict &&
  before.recoveredAt === after.recoveredAt &&
  before.ramp?.step === after.ramp?.step &&
  before.flapping.heldUntil === after.flapping.heldUntil &&
  before.load === after.load &&
  before.health.checkedWeight === after.health.checkedWeight;
