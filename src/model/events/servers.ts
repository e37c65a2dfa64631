/** Real servers, virtual servers, and their checks as a whole. */
import { type EventDeclaration, event, field, type Severity, text } from "./declaration.ts";

const realServerFields = {
  virtual_server: text,
  real_server: text,
  address: text,
  cause: text,
};

const realServerIs = (
  state: string,
  severity: Severity,
  meaning: string,
): EventDeclaration<typeof realServerFields> =>
  event({
    severity,
    fields: realServerFields,
    meaning,
    sentence: ({ virtual_server, real_server, address, cause }) =>
      `${virtual_server}/${real_server} (${address}) is ${state}: ${cause}`,
    about: ({ virtual_server, real_server }) => `real_server ${virtual_server}/${real_server}`,
  });

/** One real server of one virtual server. */
export const realServerEvents = {
  up: realServerIs("up", "info", "it gets traffic"),
  down: realServerIs(
    "down",
    "warn",
    "it gets none: the check's error, the kernel's refusal, or what its agent says",
  ),
  reentry: realServerIs("reentry", "info", "its checks pass again; it waits for `reentry`"),
  held: realServerIs("held", "warn", "its state changes too often: `damping` holds it down"),
  checking: realServerIs("checking", "info", "it was not checked yet"),
  draining: realServerIs(
    "draining",
    "info",
    "an operator's drain has reached the kernel, and so many connections are left; or its agent says `drain`",
  ),
  drained: realServerIs(
    "drained",
    "info",
    "no connection is left, or what never ends (UDP) has moved",
  ),
  disabled: realServerIs(
    "disabled",
    "info",
    "the configuration, an operator, or its agent (`maint`) keeps it out",
  ),
};

const virtualServerIs = <const State extends string>(
  state: State,
  severity: Severity,
  meaning: string,
) =>
  event({
    severity,
    fields: { virtual_server: text, cause: text },
    meaning,
    sentence: ({ virtual_server, cause }) => `${virtual_server} is ${state}: ${cause}`,
    about: ({ virtual_server }) => `virtual_server ${virtual_server}`,
  });

/** One virtual server as a whole. */
export const virtualServerEvents = {
  up: virtualServerIs("up", "info", "its quorum is reached: by default, one real server serves it"),
  down: virtualServerIs("down", "warn", "its quorum is lost, and there is no sorry server"),
  sorry: virtualServerIs("sorry", "warn", "its quorum is lost, and the sorry server answers"),
  panic: virtualServerIs(
    "panic",
    "error",
    "fewer real servers are healthy than `panic_threshold` asks for: health is ignored",
  ),
};

/** Load monitors of real servers. */
export const loadEvents = {
  unknown: event({
    severity: "warn",
    fields: { real_server: text, monitor: text, text },
    meaning: "its load monitor has no answer: its weight stays as it was",
    sentence: ({ real_server, monitor, text }) =>
      `the load of ${real_server} is not known (${monitor}), its weight stays: ${text}`,
    about: ({ real_server }) => `load ${real_server}`,
  }),
  known: event({
    severity: "info",
    fields: { real_server: text, monitor: text },
    meaning: "its load monitor answers again",
    sentence: ({ real_server, monitor }) =>
      `the load of ${real_server} is known again (${monitor})`,
    about: ({ real_server }) => `load ${real_server}`,
  }),
};

/** The checks as a whole. */
export const checkEvents = {
  overdue: event({
    severity: "warn",
    fields: { real_server: text, text },
    meaning: "a check did not end within its deadline and some grace",
    sentence: ({ real_server, text }) => `check of ${real_server} is overdue: ${text}`,
  }),
  certificate: event({
    severity: "warn",
    fields: { real_server: text, days_left: field<number>(), text },
    meaning:
      "the certificate that a real server shows ends within `tls.warn_before`, or has ended; once a day",
    sentence: ({ real_server, text }) => `the certificate of ${real_server} ${text}`,
    about: ({ real_server }) => `certificate ${real_server}`,
  }),
  unreached: event({
    severity: "warn",
    fields: { real_server: text, text },
    meaning:
      "this router does not check, and by its own tries it does not reach a real server that the active one reaches: after a takeover it would be down",
    sentence: ({ real_server, text }) =>
      `${real_server} is not reached from this router, and from the active one it is: ${text}`,
    about: ({ real_server }) => `path ${real_server}`,
  }),
  reached: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning: "that is over",
    sentence: ({ real_server, text }) => `the way to ${real_server} is as it should be: ${text}`,
    about: ({ real_server }) => `path ${real_server}`,
  }),
  differs: event({
    severity: "warn",
    fields: { real_server: text, text },
    meaning:
      "a check with `content` finds another content than more than half of the virtual server's real servers have: it may be stale",
    sentence: ({ real_server, text }) => `${real_server} differs from the others: ${text}`,
    about: ({ real_server }) => `content ${real_server}`,
  }),
  agrees: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning: "that is over",
    sentence: ({ real_server, text }) => `${real_server}: ${text}`,
    about: ({ real_server }) => `content ${real_server}`,
  }),
  tripwire: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning: "the idle connection of a `tripwire` has ended: the real server's checks run at once",
    sentence: ({ real_server, text }) =>
      `the idle connection to ${real_server} ${text}: it is checked now`,
  }),
  session: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning:
      "the BFD session with a real server has gone down, or has come up: the real server's checks run at once",
    sentence: ({ real_server, text }) => `${real_server}: ${text}: it is checked now`,
  }),
  stuck: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning:
      "the kernel's connections show handshakes with a real server that do not go on: its checks run at once",
    sentence: ({ real_server, text }) => `${real_server} ${text}: it is checked now`,
  }),
  moved: event({
    severity: "info",
    fields: { real_server: text, flows: field<number>() },
    meaning:
      "a failed real server is at weight 0 behind a firewall mark for UDP and other protocols: its flows of UDP go to others, its connections stay",
    sentence: ({ real_server, flows }) =>
      `${flows} flows of UDP of ${real_server}, which is down, go to other real servers`,
  }),
  habit: event({
    severity: "info",
    fields: { real_server: text, text },
    meaning:
      "a real server regularly closes idle connections although it is healthy: its tripwire is renewed in time, or pauses",
    sentence: ({ real_server, text }) => `${real_server} ${text}`,
  }),
  source: event({
    severity: "info",
    fields: { source: field<"own" | "peer">(), text },
    meaning: "whose results this router uses: those of its own checks or of the active router",
    sentence: ({ source, text }) =>
      `health comes from ${source === "own" ? "own checks" : "the active router"}: ${text}`,
  }),
};
