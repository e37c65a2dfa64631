/** The configuration, and the requests of the control socket. */
import { event, field, number, text, texts } from "./declaration.ts";

/** On which routers one is stored, by the field `peer`. */
const where = {
  none: "on this router alone",
  away: "on this router; the peer is dead and catches up when it returns",
  stored: "on both routers",
  unsure: "on this router; the peer's answer was lost, it has it or catches up",
} as const;

/** The configuration. */
export const configEvents = {
  loaded: event({
    severity: "info",
    fields: { hash: text, serial: number, text },
    meaning: "it is in force, with what it changed",
    sentence: ({ text }) => `configuration loaded: ${text}`,
  }),
  refused: event({
    severity: "error",
    fields: { problems: texts },
    meaning: "nothing was changed; each problem with its place",
    sentence: ({ problems }) => `configuration refused, nothing changed: ${problems.join("; ")}`,
  }),
  kept: event({
    severity: "error",
    fields: { serial: number, problems: texts },
    meaning: "at a start the file was invalid: the last one that was loaded is in force",
    sentence: ({ serial, problems }) =>
      `the last good configuration (serial ${serial}) is in force, since the file is invalid: ${problems.join("; ")}`,
  }),
  unconfigured: event({
    severity: "warn",
    fields: { text },
    meaning: "there is no configuration to run: nothing is held and nothing programmed",
    sentence: ({ text }) => `unconfigured: ${text}; lvsd apply FILE gives a configuration`,
  }),
  stored: event({
    severity: "info",
    fields: { serial: number, peer: field<keyof typeof where>() },
    meaning:
      "one that came through lvsd was stored: here alone (`none`), here while the peer is dead (`away`), on both (`stored`), or the peer's answer was lost (`unsure`)",
    sentence: ({ serial, peer }) => `configuration stored with serial ${serial} ${where[peer]}`,
  }),
  "caught-up": event({
    severity: "info",
    fields: { serial: number, text },
    meaning: "the peer had missed a change and has it now",
    sentence: ({ text }) => text,
  }),
  mismatch: event({
    severity: "warn",
    fields: { text },
    meaning: "the peer refuses what it missed: its file was edited by hand",
    sentence: ({ text }) => `the peer cannot catch up: ${text}`,
  }),
  "channel-refused": event({
    severity: "warn",
    fields: { reason: text, text },
    meaning: "the first connection or message of its kind that the configuration channel refused",
    sentence: ({ reason, text }) => `configuration channel refused (${reason}): ${text}`,
  }),
};

/** The control socket. */
export const controlEvents = {
  asked: event({
    severity: "info",
    fields: { by: text, what: text },
    meaning:
      "a request that changes something was carried out: who asked (a user of the console through the console's own user, or a user of this machine) and for what",
    sentence: ({ by, what }) => `${by} asked for ${what}: done`,
  }),
  "asked-in-vain": event({
    severity: "warn",
    fields: { by: text, what: text, why: text },
    meaning: "such a request was refused",
    sentence: ({ by, what, why }) => `${by} asked for ${what}: refused: ${why}`,
  }),
  refused: event({
    severity: "warn",
    fields: { reason: text, text },
    meaning: "a request was not understood or not allowed",
    sentence: ({ reason, text }) => `control request refused (${reason}): ${text}`,
  }),
  warning: event({
    severity: "warn",
    fields: { text },
    meaning: "something to correct, such as a missing group",
    sentence: ({ text }) => text,
  }),
};
