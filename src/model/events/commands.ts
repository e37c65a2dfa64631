/** What the operator's commands did: failover services, fencing, notifications. */
import { event, number, text } from "./declaration.ts";

/** One failover service. */
export const serviceEvents = {
  running: event({
    severity: "info",
    fields: { service: text, cause: text },
    meaning: "`start` has succeeded and, with a check, a try has passed",
    sentence: ({ service, cause }) => `service ${service} is running: ${cause}`,
    about: ({ service }) => `service ${service}`,
  }),
  stopped: event({
    severity: "info",
    fields: { service: text, cause: text },
    meaning: "`stop` has succeeded",
    sentence: ({ service, cause }) => `service ${service} is stopped: ${cause}`,
    about: ({ service }) => `service ${service}`,
  }),
  failed: event({
    severity: "error",
    fields: { service: text, cause: text },
    meaning:
      "a command or the check failed; this router is unfit. Reported again when the cause is another one",
    sentence: ({ service, cause }) => `service ${service}: ${cause}`,
    about: ({ service }) => `service ${service}`,
  }),
};

/** The command before an unplanned takeover. */
export const fenceEvents = {
  started: event({
    severity: "warn",
    fields: { command: text },
    meaning: "it was started; the takeover waits for it",
    sentence: ({ command }) => `fencing the peer: ${command}`,
  }),
  done: event({
    severity: "info",
    fields: { took_ms: number, output: text },
    meaning: "it ended with status 0: the peer is cut off; the first line that it printed",
    sentence: ({ took_ms, output }) =>
      `the peer is fenced after ${Math.round(took_ms)} ms: ${output || "no output"}`,
  }),
  failed: event({
    severity: "error",
    fields: { took_ms: number, cause: text, output: text },
    meaning: "it failed or did not end in time; `failover.fence.on_failure` says what follows",
    sentence: ({ took_ms, cause }) =>
      `the peer is not fenced after ${Math.round(took_ms)} ms: ${cause}`,
  }),
};

/** The operator's command. */
export const notifyEvents = {
  mailed: event({
    severity: "info",
    fields: { count: number, to: text },
    meaning: "`notify.mail`: the server has taken a mail about so many changes",
    sentence: ({ count, to }) =>
      `mail about ${count} ${count === 1 ? "change" : "changes"} to ${to}`,
  }),
  "mail-failed": event({
    severity: "warn",
    fields: { text },
    meaning: "the server has not taken a mail; it is tried again, later each time",
    sentence: ({ text }) => `no mail: ${text}`,
  }),
  told: event({
    severity: "info",
    fields: { subject: text, took_ms: number },
    meaning:
      "`notify.command` was run for the newest event about this subject and ended with status 0",
    sentence: ({ subject, took_ms }) =>
      `notify.command was run for ${subject}, ${Math.round(took_ms)} ms`,
  }),
  failed: event({
    severity: "warn",
    fields: { subject: text, text },
    meaning: "it ended otherwise, was killed after 10 s, or could not be started",
    sentence: ({ subject, text }) => `notify.command failed for ${subject}: ${text}`,
  }),
};
