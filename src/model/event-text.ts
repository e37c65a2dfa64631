/**
 * An event as a sentence, and how grave it is. Every reader (log, `lvsd events`, the control
 * socket) shows this one text, so that what is searched for is found everywhere.
 */
import type { EventBody, Severity } from "./event.ts";

const errors: ReadonlySet<string> = new Set([
  "fault/raised",
  "vip/claim-failed",
  "vip/release-failed",
  "vip/stranger",
  "fence/failed",
  "service/failed",
  "vip/announce-failed",
  "ipvs/failed",
  "ipvs/refused",
  "config/refused",
  "machine/failed",
  "sync/failed",
  "peer/role-conflict",
]);

const warnings: ReadonlySet<string> = new Set([
  "process/slept",
  "process/no-real-time",
  "peer/dead",
  "peer/path-dead",
  "peer/late",
  "peer/config-mismatch",
  "peer/version",
  "heartbeat/refused",
  "heartbeat/send-failed",
  "fence/started",
  "vip/contested",
  "vip/lost",
  "vip/left-behind",
  "link/down",
  "link/renamed",
  "real_server/down",
  "virtual_server/down",
  "ipvs/drift",
  "machine/repaired",
  "sync/repaired",
  "sync/incomplete",
  "sync/untold",
  "sync/dropped",
  "check/overdue",
  "notify/failed",
  "config/mismatch",
  "config/channel-refused",
  "control/refused",
  "control/warning",
]);

export function severityOf(body: EventBody): Severity {
  const name = `${body.event}/${body.kind}`;
  if (errors.has(name)) return "error";
  return warnings.has(name) ? "warn" : "info";
}

/** One sentence for people: the thing, what happened, why. */
export function sentenceOf(body: EventBody): string {
  switch (body.event) {
    case "process":
      return processSentence(body);
    case "state":
      return stateSentence(body);
    case "fault":
      return `${body.kind === "raised" ? "fault" : "fault over"}: ${body.subject}: ${body.text}`;
    case "peer":
      return peerSentence(body);
    case "heartbeat":
      return heartbeatSentence(body);
    case "vip":
      return vipSentence(body);
    case "fence":
      return fenceSentence(body);
    case "service":
      return body.kind === "failed"
        ? `service ${body.service}: ${body.cause}`
        : `service ${body.service} is ${body.kind}: ${body.cause}`;
    case "link":
      return body.kind === "renamed"
        ? body.text
        : `link ${body.device} is ${body.kind}: ${body.text}`;
    case "real_server":
      return `${body.virtual_server}/${body.real_server} (${body.address}) is ${body.kind}: ${body.cause}`;
    case "virtual_server":
      return `${body.virtual_server} is ${body.kind}: ${body.cause}`;
    case "ipvs":
      return ipvsSentence(body);
    case "sync":
      return `connection synchronisation: ${body.text}`;
    case "config":
      return configSentence(body);
    case "check":
      return body.kind === "overdue"
        ? `check of ${body.real_server} is overdue: ${body.text}`
        : `health comes from ${body.source === "own" ? "own checks" : "the active router"}: ${body.text}`;
    case "notify":
      return body.kind === "told"
        ? `notify.command was told of ${body.subject}, ${Math.round(body.took_ms)} ms`
        : `notify.command was not told of ${body.subject}: ${body.text}`;
    case "control":
      return body.kind === "refused"
        ? `control request refused (${body.reason}): ${body.text}`
        : body.text;
    case "machine":
      return body.text;
    default:
      return body satisfies never;
  }
}

const shares = {
  none: "on this router alone",
  away: "on this router; the peer is dead and catches up when it returns",
  stored: "on both routers",
  unsure: "on this router; the peer's answer was lost, it has it or catches up",
} as const;

function configSentence(body: EventBody & { event: "config" }): string {
  switch (body.kind) {
    case "loaded":
      return `configuration loaded: ${body.text}`;
    case "refused":
      return `configuration refused, nothing changed: ${body.problems.join("; ")}`;
    case "stored":
      return `configuration stored with serial ${body.serial} ${shares[body.peer]}`;
    case "caught-up":
      return body.text;
    case "mismatch":
      return `the peer cannot catch up: ${body.text}`;
    case "channel-refused":
      return `configuration channel refused (${body.reason}): ${body.text}`;
    default:
      return body satisfies never;
  }
}

function processSentence(body: EventBody & { event: "process" }): string {
  switch (body.kind) {
    case "started":
      return `lvsd ${body.version} started with ${body.config}`;
    case "role":
      return `this router is the ${body.role}: ${body.by}`;
    case "real-time":
    case "no-real-time":
      return body.text;
    case "stopping":
      return `stopping: ${body.cause}`;
    case "stopped":
      return `stopped after ${Math.round(body.took_ms)} ms`;
    case "slept":
      return `this process slept for ${Math.round(body.for_ms)} ms`;
    default:
      return body satisfies never;
  }
}

function stateSentence(body: EventBody & { event: "state" }): string {
  switch (body.kind) {
    case "changed":
      return `${body.from} -> ${body.to}: ${body.cause}`;
    case "timeline": {
      const heard =
        body.last_heard_ms === null
          ? "peer never heard"
          : `last heartbeat ${whole(body.last_heard_ms)} ms`;
      const parts = [
        heard,
        `decided ${whole(body.decided_ms)} ms`,
        `first VIP announced ${whole(body.announced_ms)} ms`,
        `addresses read back ${whole(body.claimed_ms)} ms`,
      ];
      return `takeover (${body.cause}): ${parts.join(", ")} before its last step`;
    }
    case "failback":
      return body.text;
    default:
      return body satisfies never;
  }
}

const whole = (milliseconds: number): string => milliseconds.toFixed(1);

function peerSentence(body: EventBody & { event: "peer" }): string {
  switch (body.kind) {
    case "alive":
    case "dead":
      return `peer is ${body.kind}: ${body.text}`;
    case "path-alive":
    case "path-dead":
      return `path ${body.path} is ${body.kind === "path-alive" ? "alive" : "dead"}: ${body.text}`;
    case "late":
      return `heartbeat on path ${body.path} was ${whole(body.lateness_ms)} ms late`;
    case "config-match":
    case "config-mismatch":
    case "role-conflict":
    case "version":
      return body.text;
    default:
      return body satisfies never;
  }
}

function heartbeatSentence(body: EventBody & { event: "heartbeat" }): string {
  return body.kind === "refused"
    ? `datagram from ${body.from} refused (${body.reason}): ${body.detail}`
    : `heartbeat on path ${body.path}: ${body.text}`;
}

function vipSentence(body: EventBody & { event: "vip" }): string {
  switch (body.kind) {
    case "claimed":
    case "released":
      return `${body.kind} ${body.addresses.join(", ") || "nothing"} in ${whole(body.took_ms)} ms`;
    case "claim-failed":
    case "release-failed":
    case "announce-failed":
      return `${body.kind.replace("-", " ")}: ${body.text}`;
    case "lost":
    case "restored":
    case "left-behind":
      return `${body.address} on ${body.device} ${body.kind.replace("-", " ")}: ${body.text}`;
    case "contested":
      return `${body.address} on ${body.device} is announced by the peer too, ${body.mac}; ${body.text}`;
    case "stranger":
      return `${body.address} on ${body.device} is answered for by a stranger, ${body.mac}; find that machine and take the address off it`;
    default:
      return body satisfies never;
  }
}

function fenceSentence(body: EventBody & { event: "fence" }): string {
  switch (body.kind) {
    case "started":
      return `fencing the peer: ${body.command}`;
    case "done":
      return `the peer is fenced after ${Math.round(body.took_ms)} ms: ${body.output || "no output"}`;
    case "failed":
      return `the peer is not fenced after ${Math.round(body.took_ms)} ms: ${body.cause}`;
    default:
      return body satisfies never;
  }
}

function ipvsSentence(body: EventBody & { event: "ipvs" }): string {
  switch (body.kind) {
    case "changed":
      return `${body.changes} change${body.changes === 1 ? "" : "s"} (${body.cause}): ${body.text}`;
    case "drift":
      return `the table was changed by somebody else, ${body.changes} repaired: ${body.text}`;
    case "refused":
      return `the kernel refused ${body.subject}: ${body.text}`;
    case "failed":
    case "recovered":
      return body.text;
    case "foreign":
      return `virtual services that lvsd does not own are left alone: ${body.services.join(", ")}`;
    case "adopted":
      return `adopted ${body.services} virtual services with ${body.destinations} real servers`;
    default:
      return body satisfies never;
  }
}
