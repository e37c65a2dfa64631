/**
 * Every key of the configuration once: its shape, default, limits and meaning. Reading, defaults,
 * lvsd.schema.json and docs/configuration.md all come from this description.
 *
 * Each larger section has its own file in this folder; checks are in check.ts.
 */

import { commandLine } from "../../keys/command-shape.ts";
import {
  address,
  device,
  deviceName,
  masquerade as masqueradeShape,
  multicastGroup,
  oneFloating,
  onePerFamily,
  port,
} from "../../keys/network-shapes.ts";
import { optional, preset, required, section } from "../../keys/section.ts";
import { choice, duration, flag, list, named, text, whole } from "../../keys/shape.ts";
import { usualSyncTarget } from "../../model/sync-target.ts";
import { consoleKeys } from "./console.ts";
import { failoverKeys } from "./failover.ts";
import { forwarding } from "./forwarding.ts";
import { heartbeatKeys } from "./heartbeat.ts";
import { mailKeys } from "./mail.ts";
import { ipvsTimeoutMax, virtualServerSection } from "./virtual-server.ts";

/** More virtual servers than any table that was ever seen; keeps mistakes from costing. */
const virtualServersMax = 10_000;
/** What the kernel can still take over in a fraction of a second. */
const vipsMax = 4096;
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
    "The other router. Without it a single router serves at once.",
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
    "The interface over which the routers report connections, by multicast within the link; best one that no client can reach.",
  ),
  id: required(
    whole(0, 255, "an id"),
    "Distinguishes this pair from others on the same link; 0 takes in what any pair says.",
  ),
  group: preset(
    multicastGroup,
    usualSyncTarget.group,
    "The multicast group of IPv4 to which they report.",
  ),
  port: preset(port, usualSyncTarget.port, "The UDP port there."),
  ttl: preset(
    whole(1, 255, "a number of networks"),
    usualSyncTarget.ttl,
    "Networks that a report may pass; 1 is the link alone.",
  ),
  max_length: preset(
    whole(160, 1472, "a number of bytes"),
    160,
    "Bytes of one report of the kernel: it is sent once the next connection does not fit in, or after 2 to 3 s. The smaller, the fewer new connections a failure can lose; the larger, the fewer datagrams.",
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
  address: required(
    onePerFamily,
    "The floating address that the real servers use as their gateway; a list of two has one of each family.",
  ),
  device: optional(
    device,
    "the interface whose network holds the address",
    "Where it is claimed; `eth1:1` gives it an alias label.",
  ),
  masquerade: preset(
    masqueradeShape,
    false,
    "Connections that machines of the `address`'s network open to others leave with this source: `true`, the router's own address, or a VIP, which is the same after a failover.",
    { plan: "table" },
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
    "A program that is run for each change of a state: one at a time, in order, without a shell and without lvsd's capabilities, at most 10 s each. Its input: docs/notify.md.",
    { names: "executable" },
  ),
  mail: optional(
    section(mailKeys),
    "none",
    "Mail about changes of state, gathered, at a limited rate; docs/notify.md.",
  ),
};

/** What an included file may hold: more would make the order of files matter. */
export const includedKeys = {
  vips: preset(
    list(section(vipKeys), { what: "a list of maps", max: vipsMax }),
    [],
    "Floating addresses that belong to no virtual server.",
    { plan: "table" },
  ),
  virtual_servers: preset(
    named("virtual server", virtualServersMax, virtualServerSection),
    {},
    "What is balanced, by name.",
    { plan: "words" },
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
  heartbeat: preset(section(heartbeatKeys), {}, "The heartbeats that the two routers exchange."),
  failover: preset(
    section(failoverKeys),
    {},
    "Which router is active, and what happens on a change.",
  ),
  cluster_sync: preset(
    flag,
    true,
    "Whether a configuration that is saved through lvsd goes to both routers or to none.",
  ),
  guard: preset(section(guardKeys), {}, "Limits on what a reload may do without confirmation."),
  connection_sync: optional(
    section(connectionSyncKeys),
    "connections are not synchronised",
    "The routers report their connections to each other (the kernel's IPVS synchronisation), so that established ones outlive a change of the active router.",
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
    "`auto`: lvsd sets the kernel parameters that it needs, sets them again when they are changed, and restores them when it stops. `manual`: it leaves them alone, and reports those that it depends on.",
  ),
  marks: preset(
    choice("value", ["lvsd", "external"]),
    "lvsd",
    "Who owns the packet-filter rules that set firewall marks. `lvsd`: the nftables table `inet lvsd`, which it makes, repairs and removes. `external`: you, on both routers.",
  ),
  forwarding: preset(
    forwarding,
    "nat",
    "The forwarding of all virtual servers that do not set it.",
    {
      plan: "table",
    },
  ),
  nat_router: optional(
    section(natRouterKeys),
    "none",
    "With `forwarding: nat`: the floating gateway of the real servers. It is claimed and announced before the VIPs.",
    { plan: "table" },
  ),
  vips: includedKeys.vips,
  notify: preset(section(notifyKeys), {}, "How events are reported, in addition to the log."),
  console: preset(section(consoleKeys), {}, "The web console: see docs/console.md."),
  defaults: optional(
    virtualServerSection,
    "none",
    "Any key of a virtual server, for all virtual servers that do not give it themselves; `check` is merged key by key.",
    { plan: "words" },
  ),
  virtual_servers: includedKeys.virtual_servers,
};
