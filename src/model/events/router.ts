/** This router: its process, its state, what makes it unfit. */
import type { Role, RouterState } from "../router.ts";
import { event, field, number, numberOrNull, tenths, text, type ValuesOf } from "./declaration.ts";

/** The daemon itself. */
export const processEvents = {
  started: event({
    severity: "info",
    fields: { version: text, config: text },
    meaning: "it has read its configuration and begins",
    sentence: ({ version, config }) => `lvsd ${version} started with ${config}`,
  }),
  role: event({
    severity: "info",
    fields: { role: field<Role>(), by: text },
    meaning: "which router of the configuration this machine is, and the address that showed it",
    sentence: ({ role, by }) => `this router is the ${role}: ${by}`,
  }),
  "real-time": event({
    severity: "info",
    fields: { text },
    meaning:
      "it serves, and its loop is scheduled in real time: the unit's `LimitRTPRIO` permits that",
    sentence: ({ text }) => text,
  }),
  "no-real-time": event({
    severity: "warn",
    fields: { text },
    meaning:
      "the kernel refuses that although the limit is there, as in some containers; it goes on at the priority it was started with",
    sentence: ({ text }) => text,
  }),
  "awaits-peer": event({
    severity: "info",
    fields: { text },
    meaning:
      "`lvsd takeover-from` has started it while the other router still runs another program: it claims nothing until its peer is heard, or no machine answers for the VIPs; and when that is over",
    sentence: ({ text }) => text,
  }),
  stopping: event({
    severity: "info",
    fields: { cause: text },
    meaning: "it was asked to stop",
    sentence: ({ cause }) => `stopping: ${cause}`,
  }),
  stopped: event({
    severity: "info",
    fields: { took_ms: number },
    meaning: "everything is released; the last line",
    sentence: ({ took_ms }) => `stopped after ${Math.round(took_ms)} ms`,
  }),
  slept: event({
    severity: "warn",
    fields: { for_ms: number },
    meaning:
      "the process did not run for longer than `heartbeat.dead_after` (stopped, suspended, blocked) and has released the VIPs before doing anything else",
    sentence: ({ for_ms }) => `this process slept for ${Math.round(for_ms)} ms`,
  }),
};

/** Parts of a takeover, ms before the last one: what accounts for the outage. */
const timelineFields = {
  cause: text,
  last_heard_ms: numberOrNull,
  decided_ms: number,
  claimed_ms: number,
  announced_ms: number,
};

function timeline(parts: ValuesOf<typeof timelineFields>): string {
  const { cause, last_heard_ms, decided_ms, announced_ms, claimed_ms } = parts;
  const heard =
    last_heard_ms === null ? "peer never heard" : `last heartbeat ${tenths(last_heard_ms)} ms`;
  const steps = [
    heard,
    `decided ${tenths(decided_ms)} ms`,
    `first VIP announced ${tenths(announced_ms)} ms`,
    `addresses read back ${tenths(claimed_ms)} ms`,
  ];
  return `takeover (${cause}): ${steps.join(", ")} before its last step`;
}

/** Who is active, and why. */
export const stateEvents = {
  changed: event({
    severity: "info",
    fields: { from: field<RouterState>(), to: field<RouterState>(), cause: text },
    meaning: "the router entered another state: `starting`, `standby`, `active`, `fault`",
    sentence: ({ from, to, cause }) => `${from} -> ${to}: ${cause}`,
    about: () => "router",
  }),
  timeline: event({
    severity: "info",
    fields: timelineFields,
    meaning:
      "the parts of a takeover, in ms before its last step: peer last heard, decision, addresses held (read back), first announcement",
    sentence: timeline,
  }),
  failback: event({
    severity: "info",
    fields: { text },
    meaning: "an automatic failback begins: this primary asks the backup for the VIPs",
    sentence: ({ text }) => text,
  }),
};

/** Why this router is unfit to hold the VIPs. */
export const faultEvents = {
  raised: event({
    severity: "error",
    fields: { subject: text, text },
    meaning:
      "it is unfit from now on: a link, the table, an arbiter, a claim, a failover service, a late loop",
    sentence: ({ subject, text }) => `fault: ${subject}: ${text}`,
    about: ({ subject }) => `fault ${subject}`,
  }),
  cleared: event({
    severity: "info",
    fields: { subject: text, text },
    meaning: "that reason is gone",
    sentence: ({ subject, text }) => `fault over: ${subject}: ${text}`,
    about: ({ subject }) => `fault ${subject}`,
  }),
};
