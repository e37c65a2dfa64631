/**
 * Every key of the configuration once: its shape, default, limits and meaning. Reading, defaults,
 * lvsd.schema.json and docs/configuration.md all come from this description.
 *
 * The keys of virtual servers and checks are in schema-virtual-server.ts and schema-check.ts.
 */

import { commandLine } from "../keys/command-shape.ts";
import {
  address,
  device,
  deviceName,
  floating,
  monitoredLinks,
  oneFloating,
  port,
} from "../keys/network-shapes.ts";
import { derived, later, optional, preset, required, section } from "../keys/section.ts";
import { choice, duration, flag, list, named, text, whole } from "../keys/shape.ts";
import type { Ms } from "../model/time.ts";
import { failoverServiceSection } from "./schema-failover-service.ts";
import { forwarding, ipvsTimeoutMax, virtualServerSection } from "./schema-virtual-server.ts";

/** More virtual servers than any table that was ever seen; keeps mistakes from costing. */
const virtualServersMax = 10_000;
/** What the kernel can still take over in a fraction of a second. */
const vipsMax = 4096;
/** A few machines that do not fail together; each is asked several times a second. */
const gatewaysMax = 8;
/** Each has a command under way at a change, all of them at once. */
const failoverServicesMax = 64;
/** Files of a directory of virtual servers, one for each team. */
const includesMax = 256;

export const routerKeys = {
  public: required(
    address,
    "The router's own, fixed address towards the clients; the first heartbeat path.",
  ),
  private: optional(
    address,
    "none",
    "Its own, fixed address towards the real servers; the second heartbeat path. Both routers have one, or none has.",
  ),
};

export const routersKeys = {
  primary: required(section(routerKeys), "The router that serves when both are healthy."),
  backup: optional(
    section(routerKeys),
    "none",
    "The other one. Without it a single router serves at once.",
  ),
};

const times = (count: number, length: Ms | undefined): Ms | undefined =>
  length === undefined ? undefined : ((count * length) as Ms);

export const heartbeatKeys = {
  authentication: preset(
    choice("authentication", ["hmac", "none"]),
    "hmac",
    "`hmac`: each heartbeat is signed with the key of `key_file`. `none`: anybody who reaches the port can pretend to be the peer.",
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
    "A heartbeat later than this is an event that tells its lateness.",
  ),
  key_file: optional(
    text({
      what: "the path of a file",
      max: 4096,
      pattern: /^[^\r\n]+$/,
      hint: "lvsd keygen makes a key file",
    }),
    "/etc/lvsd/heartbeat.key",
    "One base64 line of 32 bytes a key: the first signs, all verify. Mode 0640 at most. Not needed without a backup or with `authentication: none`.",
    { names: "file" },
  ),
  protocol: preset(choice("protocol", ["lvsd"], ["pulse"]), "lvsd", "The wire format: lvsd's own."),
};

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
    "Time between the announcements of an active router afterwards: a switch that forgot is reminded.",
  ),
};

export const fenceKeys = {
  command: required(
    commandLine,
    "The program by its absolute path, and its arguments. It runs without a shell and without lvsd's capabilities; exit status 0 means that the peer is cut off for certain.",
    { names: "executable" },
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
    "What runs on the active router only, by name: started, checked and stopped by commands. docs/services.md tells more.",
  ),
};

export const guardKeys = {
  remove_percent: preset(
    whole(0, 100, "a percentage"),
    50,
    "A reload that would remove more than this share of the real servers is refused unless it is confirmed with --yes. 100 never asks.",
  ),
};

export const connectionSyncKeys = {
  device: required(
    deviceName,
    "The interface over which the routers tell each other, by multicast within the link; best one that no client can reach.",
  ),
  id: required(
    whole(0, 255, "an id"),
    "Tells this pair from others on the same link; 0 takes in what any pair says.",
  ),
};

const ipvsTimeout = duration({ min: "1s", max: ipvsTimeoutMax, wholeSeconds: true });
export const timeoutsKeys = {
  tcp: preset(ipvsTimeout, "900s", "Idle TCP connections."),
  tcp_fin: preset(ipvsTimeout, "120s", "TCP connections after a FIN."),
  udp: preset(ipvsTimeout, "300s", "UDP."),
};

export const checksKeys = {
  concurrency: preset(whole(1, 10_000), 1000, "Checks under way at once; others wait."),
};

export const natRouterKeys = {
  address: required(floating, "The floating address that the real servers use as their gateway."),
  device: optional(
    device,
    "the interface whose network holds the address",
    "Where it is claimed; `eth1:1` gives it an alias label.",
  ),
  masquerade: later(
    "`true` or `false`",
    [false],
    "Whether connections that real servers open are masqueraded.",
  ),
};

export const vipKeys = {
  address: required(oneFloating, "The address with the prefix length of its network."),
  device: optional(
    device,
    "the interface whose network holds the address",
    "Where it is claimed; `eth0:1` gives it an alias label.",
  ),
};

export const notifyKeys = {
  command: optional(
    commandLine,
    "none",
    "A program that is told of each change of a state: one at a time, in order, without a shell and without lvsd's capabilities, at most 10 s each. docs/notify.md tells what it is given.",
    { names: "executable" },
  ),
  mail: later("a map", [], "Mail that tells of events."),
};

/** What an included file may hold: more would make the order of files matter. */
export const includedKeys = {
  vips: preset(
    list(section(vipKeys), { what: "a list of maps", max: vipsMax }),
    [],
    "Floating addresses that belong to no virtual server.",
  ),
  virtual_servers: preset(
    named("virtual server", virtualServersMax, virtualServerSection),
    {},
    "What is balanced, by name.",
  ),
};

export const rootKeys = {
  serial: preset(
    whole(0, 2 ** 32 - 1),
    1,
    "The number of this configuration; every save through lvsd raises it.",
  ),
  include: preset(
    list(text({ what: "a path or pattern", max: 4096, pattern: /^[^\r\n]+$/ }), {
      what: "a list of paths or patterns",
      max: includesMax,
      single: true,
    }),
    [],
    "Further files, relative to this one, in which `*` and `?` stand for letters of a name. They may hold `virtual_servers` and `vips`, which are added to those of this file, and they are part of the hash that the routers compare.",
    { names: "file" },
  ),
  routers: required(section(routersKeys), "The two machines. The file is the same on both."),
  heartbeat: preset(section(heartbeatKeys), {}, "What the two routers say to each other."),
  failover: preset(section(failoverKeys), {}, "Who is active, and what happens on a change."),
  cluster_sync: preset(
    flag,
    true,
    "Whether a configuration that is saved through lvsd goes to both routers or to none.",
  ),
  guard: preset(section(guardKeys), {}, "Limits on what a reload may do unasked."),
  connection_sync: optional(
    section(connectionSyncKeys),
    "connections are not synchronised",
    "The routers tell each other of their connections (the kernel's IPVS synchronisation), so that established ones outlive a change of the active router.",
  ),
  timeouts: optional(
    section(timeoutsKeys),
    "the kernel's are left alone",
    "The kernel's timeouts for IPVS connections (ipvsadm --set), in whole seconds.",
  ),
  checks: preset(section(checksKeys), {}, "Bounds on all checks together."),
  sysctl: preset(
    choice("value", ["auto", "manual"]),
    "auto",
    "`auto`: lvsd sets the kernel parameters that it needs and restores them. `manual`: it leaves them alone.",
  ),
  marks: preset(
    choice("value", ["lvsd"], ["external"]),
    "lvsd",
    "Who owns the packet-filter rules that set firewall marks.",
  ),
  forwarding: preset(forwarding, "nat", "The forwarding of all virtual servers that do not say."),
  nat_router: optional(
    section(natRouterKeys),
    "none",
    "With `forwarding: nat`: the floating gateway of the real servers. It is claimed and announced before the VIPs.",
  ),
  vips: includedKeys.vips,
  notify: preset(section(notifyKeys), {}, "Who is told of what happens, besides the log."),
  defaults: optional(
    virtualServerSection,
    "none",
    "Any key of a virtual server, for all virtual servers that do not give it themselves; `check` is merged key by key.",
  ),
  virtual_servers: includedKeys.virtual_servers,
};
