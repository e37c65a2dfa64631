/** Why a try fails: a closed list of reasons, which counters, docs/checks.md and types go by. */

/**
 * `local` is this machine's own trouble (no descriptors, no memory) and says nothing about the real
 * server; `overdue` is a runner that did not end by itself.
 */
export const failureReasons = [
  "unreachable",
  "timeout",
  "closed",
  "tls",
  "unreadable",
  "too-long",
  "unexpected",
  "exit",
  "local",
  "overdue",
] as const;
export type FailureReason = (typeof failureReasons)[number];

export interface ReasonHelp {
  readonly happened: string;
  /** What an operator looks at first. */
  readonly remedy: string;
}

/** What each reason means whatever the type; a type adds its own (`reasons`, type.ts). */
export const reasonHelp: Readonly<Record<FailureReason, ReasonHelp>> = {
  unreachable: {
    happened: "no connection: refused, no route, port unreachable",
    remedy: "does the service run and listen on this address and port; is there a route",
  },
  timeout: {
    happened: "the deadline passed, and the reason names what was missing",
    remedy: "a packet filter that drops, an overloaded server, or a `timeout` that is too short",
  },
  closed: {
    happened: "the connection ended before the answer was complete",
    remedy: "the server's log; limits on connections or addresses there",
  },
  tls: {
    happened:
      "no TLS: a failed handshake, a certificate that does not verify, a client one asked for",
    remedy: "renew the certificate, or correct `tls.ca`, `tls.sni`",
  },
  unreadable: {
    happened: "the answer is none of this protocol",
    remedy: "what listens on this port; the check's `type` and `port`",
  },
  "too-long": {
    happened: "more bytes, pieces or time to match than a check takes",
    remedy: "ask for less: another path, name or command",
  },
  unexpected: {
    happened: "another status, another text",
    remedy: "the server's own trouble as it says it, or what the check expects",
  },
  exit: {
    happened: "the program failed or was killed",
    remedy: "run it by hand as the daemon's user",
  },
  local: {
    happened: "this router lacks something: descriptors, memory, a program or file, tracking, time",
    remedy: "this router, not the real server: limits, permissions, the named file",
  },
  overdue: {
    happened: "the try did not end within a second after its deadline and was given up",
    remedy: "report it: a check has to end by itself",
  },
};
