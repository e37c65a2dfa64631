/** The keys of the heartbeat: what the two routers say to each other. */
import { port } from "../../keys/network-shapes.ts";
import { derived, optional, preset } from "../../keys/section.ts";
import { choice, duration, text } from "../../keys/shape.ts";
import type { Ms } from "../../model/time.ts";

const times = (count: number, length: Ms | undefined): Ms | undefined =>
  length === undefined ? undefined : ((count * length) as Ms);

export const heartbeatKeys = {
  authentication: preset(
    choice("authentication", ["hmac", "none"]),
    "hmac",
    "`hmac`: each heartbeat is signed with the key of `key_file`. `none`: any machine that reaches the port can pretend to be the peer.",
    { changedBy: "root" },
  ),
  port: preset(port, 539, "The UDP port, on both routers."),
  interval: preset(
    duration({ min: "10ms", max: "1m" }),
    "250ms",
    "Time between two heartbeats on each path.",
  ),
  dead_after: derived(
    duration({ min: "20ms", max: "10m" }),
    "4 x interval",
    (heartbeat: { interval?: Ms }) => times(4, heartbeat.interval),
    "Silence on every path after which the peer counts as dead. Shorter: faster takeover; longer: fewer false ones. At least 2 x interval.",
  ),
  warn_after: derived(
    duration({ min: "10ms", max: "10m" }),
    "2 x interval",
    (heartbeat: { interval?: Ms }) => times(2, heartbeat.interval),
    "A heartbeat later than this is an event that gives its lateness.",
  ),
  key_file: optional(
    text({
      what: "the path of a file",
      max: 4096,
      pattern: /^[^\r\n]+$/,
      hint: "lvsd keygen makes a key file",
    }),
    "/etc/lvsd/heartbeat.key",
    "One base64 line of 32 bytes a key: the first signs, all verify. Mode 0640 at most, and only the daemon may read it. Not needed without a backup, with `authentication: none` or with `protocol: pulse`.",
    { names: "file" },
  ),
  protocol: preset(
    choice("protocol", ["lvsd", "pulse", "auto"]),
    "lvsd",
    "What the two routers speak. `lvsd`: its own, signed. `pulse`: Piranha's, which nothing authenticates, for a pair of which one router still runs Piranha; `interval` and `dead_after` are then its `keepalive` and `deadtime`. `auto`: both, and lvsd's own alone as soon as both routers can; see docs/migration.md.",
    { changedBy: "root" },
  ),
};
