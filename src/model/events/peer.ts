/** The other router, and the datagrams from it. */
import { event, number, tenths, text } from "./declaration.ts";

/** The other router. */
export const peerEvents = {
  alive: event({
    severity: "info",
    fields: { text },
    meaning: "it is heard again",
    sentence: ({ text }) => `peer is alive: ${text}`,
    about: () => "peer",
  }),
  dead: event({
    severity: "warn",
    fields: { text },
    meaning: "nothing was heard for `dead_after` on any path",
    sentence: ({ text }) => `peer is dead: ${text}`,
    about: () => "peer",
  }),
  "path-alive": event({
    severity: "info",
    fields: { path: text, text },
    meaning: "it is heard on this path again",
    sentence: ({ path, text }) => `path ${path} is alive: ${text}`,
  }),
  "path-dead": event({
    severity: "warn",
    fields: { path: text, text },
    meaning: "nothing was heard on this path for `dead_after`; another path may do",
    sentence: ({ path, text }) => `path ${path} is dead: ${text}`,
  }),
  late: event({
    severity: "warn",
    fields: { path: text, lateness_ms: number },
    meaning:
      "a heartbeat came later than `heartbeat.warn_after`; the line may be written 50 ms later",
    sentence: ({ path, lateness_ms }) =>
      `heartbeat on path ${path} was ${tenths(lateness_ms)} ms late`,
  }),
  "config-match": event({
    severity: "info",
    fields: { text },
    meaning: "both routers have the same configuration again",
    sentence: ({ text }) => text,
    about: () => "config",
  }),
  "config-mismatch": event({
    severity: "warn",
    fields: { text },
    meaning: "the configurations differ; failover goes on",
    sentence: ({ text }) => text,
    about: () => "config",
  }),
  "role-conflict": event({
    severity: "error",
    fields: { text },
    meaning:
      "the two files disagree about the two routers (roles, addresses), or a third machine has this router's role",
    sentence: ({ text }) => text,
  }),
  pulse: event({
    severity: "warn",
    fields: { text },
    meaning:
      "the peer is judged by pulse, Piranha's protocol, from now on: any machine that can send from its address can make this router take or release the VIPs",
    sentence: ({ text }) => text,
    about: () => "protocol",
  }),
  upgraded: event({
    severity: "info",
    fields: { text },
    meaning: "with `protocol: auto`: both routers speak lvsd's own protocol, pulse has no vote",
    sentence: ({ text }) => text,
    about: () => "protocol",
  }),
  version: event({
    severity: "warn",
    fields: { text },
    meaning: "the peer speaks a version of the heartbeat that this one does not",
    sentence: ({ text }) => text,
  }),
};

/** Datagrams. */
export const heartbeatEvents = {
  refused: event({
    severity: "warn",
    fields: { reason: text, from: text, detail: text },
    meaning:
      "a datagram was not the peer's: the first of its kind, the others are counted in `lvsd status`",
    sentence: ({ reason, from, detail }) => `datagram from ${from} refused (${reason}): ${detail}`,
  }),
  unauthenticated: event({
    severity: "warn",
    fields: { text },
    meaning: "`heartbeat.protocol` is `pulse` or `auto`: pulse is not authenticated",
    sentence: ({ text }) => text,
  }),
  "send-failed": event({
    severity: "warn",
    fields: { path: text, text },
    meaning: "the kernel does not take heartbeats for this path",
    sentence: ({ path, text }) => `heartbeat on path ${path}: ${text}`,
  }),
  "send-recovered": event({
    severity: "info",
    fields: { path: text, text },
    meaning: "it takes them again",
    sentence: ({ path, text }) => `heartbeat on path ${path}: ${text}`,
  }),
};
