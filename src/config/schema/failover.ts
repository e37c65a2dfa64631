/** The keys of the failover: who is active, and what happens on a change. */
import { commandLine } from "../../keys/command-shape.ts";
import { address, monitoredLinks } from "../../keys/network-shapes.ts";
import { optional, preset, required, section } from "../../keys/section.ts";
import { choice, duration, list, named, text, whole } from "../../keys/shape.ts";
import { failoverServiceSection } from "./failover-service.ts";

/** A few machines that do not fail together; each is asked several times a second. */
const gatewaysMax = 8;
/** Each has a command under way at a change, all of them at once. */
const failoverServicesMax = 64;

export const announceKeys = {
  count: preset(whole(1, 100), 5, "How often each VIP is announced after it was claimed."),
  interval: preset(
    duration({ min: "10ms", max: "1m" }),
    "1s",
    "Time between these announcements; the first one goes out at once.",
  ),
  refresh: preset(
    duration({ min: "100ms" }),
    "60s",
    "Time between the announcements of an active router afterwards: a switch that has forgotten the address learns it again.",
  ),
};

export const fenceKeys = {
  command: required(
    commandLine,
    "The program by its absolute path, and its arguments. It runs without a shell and without lvsd's capabilities; exit status 0 means that the peer is cut off for certain.",
    { names: "executable" },
  ),
  password_file: optional(
    text({ what: "the path of a file", max: 4096, pattern: /^\/[^\r\n]+$/ }),
    "none",
    "What the command reads on its standard input, such as the lines `login=` and `passwd=` of a fence agent. The rules of `heartbeat.key_file` apply to its permissions.",
    { names: "file", secret: true },
  ),
  timeout: preset(
    duration({ min: "100ms", max: "10m" }),
    "10s",
    "After this long it is killed with all that it started, and has failed.",
  ),
  on_failure: preset(
    choice("on_failure", ["stay", "take_over"]),
    "stay",
    "What follows when it fails. `stay`: no takeover; it is tried again every 30 s. `take_over`: the takeover goes on, and both routers may be active.",
  ),
};

export const failoverKeys = {
  failback: preset(
    choice("failback", ["auto", "manual"]),
    "auto",
    "`auto`: the primary takes over again once it is healthy. `manual`: only `lvsd switchover` or a failure changes the active router.",
  ),
  failback_delay: preset(
    duration({}),
    "10s",
    "How long the returned primary must have been healthy before it takes over again.",
  ),
  start_delay: optional(
    duration({ max: "1h" }),
    "3 x heartbeat.dead_after",
    "How long a starting router waits for a peer that it has never heard.",
  ),
  monitor_links: optional(
    monitoredLinks,
    "the devices of the VIPs",
    "A router one of whose links here is down is unfit to be active. `false` turns it off.",
  ),
  gateway: preset(
    list(address, { what: "a list of addresses", max: gatewaysMax, single: true }),
    [],
    "Arbiters, such as the routers' own gateway, asked by ARP or neighbour solicitation and by ICMP echo: one must answer before an unplanned takeover, and a router that reaches none of them and does not hear its peer does not stay active.",
  ),
  announce: preset(
    section(announceKeys),
    {},
    "Gratuitous ARP and unsolicited neighbour advertisements.",
  ),
  fence: optional(
    section(fenceKeys),
    "none",
    "A command that cuts the peer off (its power, its switch port), run before an unplanned takeover.",
  ),
  services: preset(
    named("failover service", failoverServicesMax, failoverServiceSection),
    {},
    "What runs on the active router only, by name: started, checked and stopped by commands. See docs/services.md.",
    { plan: "words" },
  ),
};
