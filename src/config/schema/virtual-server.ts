/** The keys of a virtual server and of its real servers. */

import { absolutePath } from "../../keys/command-shape.ts";
import { addressOrName, device, netmask, port } from "../../keys/network-shapes.ts";
import { optional, preset, required, section } from "../../keys/section.ts";
import { floatings, portRange, portsShape } from "../../keys/service-shapes.ts";
import { choice, duration, flag, list, named, scalarShape, whole } from "../../keys/shape.ts";
import { protocols, schedulerFlags, schedulers, weightMax } from "../../model/service.ts";
import { checkShape } from "./check.ts";
import { forwarding } from "./forwarding.ts";
import { damping, percent, quorum, sorryServer } from "./lifecycle.ts";
import { loadMonitor } from "./load-monitor.ts";

/** More is refused before it is counted: far beyond what one IPVS table is asked to hold. */
const serversMax = 100_000;

/** The kernel's thresholds are 32 bits (ip_vs.h), and ipvsadm reads them as int. */
const connectionsMax = 2 ** 31 - 1;

/** ipvsadm(8) takes timeouts of at most 31 days. */
export const ipvsTimeoutMax = "744h";

const checksum = scalarShape<boolean | "remote">(
  "`true`, `false` or `remote`",
  { enum: [true, false, "remote"] },
  (text) => {
    if (text === "true" || text === "false") return { ok: text === "true" };
    if (text === "remote") return { ok: text };
    return {
      wrong: `${JSON.stringify(text)} is no way of checksums`,
      hint: "write true, false or remote",
    };
  },
);

export const connectionKeys = {
  max: preset(
    whole(0, connectionsMax, "a number of connections"),
    0,
    "At this many connections the real server gets no new ones; 0 is no limit.",
  ),
  min: preset(
    whole(0, connectionsMax, "a number of connections"),
    0,
    "A real server at its `max` gets new connections again below this many; 0 is three quarters of `max`.",
  ),
};

export const persistenceKeys = {
  timeout: preset(
    duration({ min: "1s", max: ipvsTimeoutMax, wholeSeconds: true }),
    "300s",
    "How long after its last connection a client comes back to the same real server.",
  ),
  netmask: optional(
    netmask,
    "one client",
    "Clients of one such network are treated as one client: a dotted mask or a prefix length.",
  ),
  engine: optional(
    choice("persistence engine", ["sip"]),
    "none: by the client's address",
    "How a client is recognised, if not by its address: `sip` by the Call-ID of SIP over UDP.",
  ),
};

export const tunnelKeys = {
  type: preset(
    choice("tunnel", ["ipip", "gue", "gre"]),
    "ipip",
    "`ipip`: IP in IP. `gue`: in UDP (Generic UDP Encapsulation). `gre`: in GRE.",
  ),
  port: optional(
    port,
    "none; needed with `gue`",
    "The UDP port that the real server decapsulates.",
  ),
  checksum: preset(
    checksum,
    false,
    "Checksum of the outer header of `gue` and `gre`. `remote`, with `gue` alone: the receiver computes the inner one (remote checksum offload).",
  ),
};

export const ftpKeys = {
  passive_ports: required(
    portRange,
    "The ports on which the real servers await passive connections (vsftpd: pasv_min_port, pasv_max_port, and pasv_address with the VIP).",
  ),
};

export const realServerKeys = {
  address: required(
    addressOrName,
    "Its address, of the same family as the virtual server's; or a host name, which is resolved in the background and stands for a real server at each of its addresses ([names.md](names.md)).",
    { plan: "table" },
  ),
  port: optional(
    port,
    "the virtual server's",
    "The port it listens on. Direct routing and tunnels leave packets as they are, so that only `nat` can change it. In a service of several ports connections keep theirs, and this is where its checks go.",
    { plan: "table" },
  ),
  weight: preset(
    whole(0, weightMax, "a weight"),
    1,
    "Its share of the connections, relative to the others; 0 gives it no new ones.",
    { plan: "table" },
  ),
  active: preset(flag, true, "`false`: it is kept in the file and out of the table.", {
    plan: "table",
  }),
  forwarding: optional(
    forwarding,
    "the virtual server's",
    "How packets reach it, if not as for the others.",
    { plan: "table" },
  ),
  tunnel: optional(
    section(tunnelKeys),
    "the virtual server's",
    "The kind of its tunnel, if not as for the others.",
    { plan: "table" },
  ),
  connections: preset(section(connectionKeys), {}, "Limits on its connections.", { plan: "table" }),
  check: optional(
    checkShape,
    "the virtual server's",
    "Keys of its check that differ from the virtual server's. With another `type` only interval, timeout, fall and rise are inherited.",
    { plan: "words" },
  ),
};

export const virtualServerKeys = {
  active: preset(
    flag,
    true,
    "`false`: it is kept in the file, not served, and its VIP is not claimed for it.",
    { plan: "table" },
  ),
  address: optional(
    floatings,
    "none; needed, except with `fwmark` and `marks: external`",
    "The VIP with the prefix length of its network, as `lvsd status` shows it; without a length that is /32 or /128, which every VIP has in the kernel (docs/failover.md). Virtual servers may share a VIP. A list of several, of both families too, is one service; so is a range (`192.0.2.10-192.0.2.19/24`) or a small IPv4 network (`192.0.2.16/28`: every address of it), at most 64 addresses.",
    { plan: "table" },
  ),
  device: optional(
    device,
    "the interface whose network holds the address",
    "Where the VIP is claimed. `eth0:1` gives it an alias label (IPv4); `none`: lvsd does not claim it.",
    { plan: "table" },
  ),
  protocol: preset(choice("protocol", protocols), "tcp", "What is balanced.", {
    plan: "table",
  }),
  port: optional(port, "none; needed, or `ports`", "The port of the service.", { plan: "table" }),
  ports: optional(
    portsShape,
    "none",
    "Several ports as one service: `[80, 443, 10000-20000, 53/udp]`. Checks go to the first TCP port, or else the first.",
    { plan: "table" },
  ),
  fwmark: optional(
    whole(1, 2 ** 32 - 1, "a firewall mark"),
    "chosen by lvsd where there are several ports or addresses",
    "The firewall mark that stands for this virtual server. With `marks: external` your own rules set it, and `address` and `port` may be left out.",
    { plan: "table" },
  ),
  ftp: optional(
    section(ftpKeys),
    "none",
    "What active and passive FTP need: the passive ports belong to the service, `persistence` is on, and with NAT what real servers open from port 20 leaves with the VIP. `port` is 21 unless given.",
    { plan: "table" },
  ),
  scheduler: preset(
    choice("scheduler", schedulers),
    "wlc",
    "How connections are spread; ipvsadm(8) describes each.",
    { plan: "table" },
  ),
  scheduler_flags: optional(
    list(choice("scheduler flag", schedulerFlags), {
      what: "a list of flags",
      max: schedulerFlags.length,
      single: true,
    }),
    "`mh-fallback` for mh, `sh-fallback` for sh, else none",
    "Flags of the schedulers sh and mh: fall back to another server, or hash the port as well.",
    { plan: "table" },
  ),
  forwarding: optional(
    forwarding,
    "the top-level `forwarding`",
    "`nat`: lvsd's router rewrites the destination, replies come back through it. `direct`: packets reach the real server as they are, replies leave without the router. `tunnel`: as direct, to real servers on other networks, wrapped.",
    { plan: "table" },
  ),
  tunnel: optional(
    section(tunnelKeys),
    "IP in IP",
    "With `forwarding: tunnel`: how packets are wrapped on their way to the real servers, which unwrap them and answer the client directly. ipvsadm 1.31 and kernel 5.3 know all kinds.",
    { plan: "table" },
  ),
  one_packet: preset(
    flag,
    false,
    "Each UDP datagram is balanced by itself (one-packet scheduling).",
    { plan: "table" },
  ),
  persistence: optional(
    section(persistenceKeys),
    "none",
    "A client keeps its real server for a while. `persistence: {}` turns it on with its defaults.",
    { plan: "table" },
  ),
  reentry: preset(
    duration({}),
    "0s",
    "How long a recovered real server waits before it gets connections again.",
  ),
  quiesce: preset(
    flag,
    false,
    "`true`: a failed real server keeps its connections and gets no new ones (weight 0), over UDP for 30 s at most. `false`: it is removed.",
  ),
  start: preset(
    choice("start", ["checking", "up"]),
    "checking",
    "Whether a real server that was never checked gets connections (`up`) or waits for its first passed check.",
  ),
  tripwire: preset(
    flag,
    false,
    "`true`: the router that checks holds one idle connection to each real server with traffic, and its end starts the server's checks at once, so that a crashed process leaves the table within 50 ms. docs/tripwire.md describes what happens with servers that close idle connections.",
  ),
  damping: preset(
    damping,
    "off",
    "Holds down a real server whose state changes too often. `damping: {}` turns it on with its defaults.",
  ),
  slow_start: preset(
    duration({}),
    "0s",
    "How long the weight of a returning real server takes to rise to its own, in steps.",
  ),
  quorum: preset(
    quorum,
    { up: 1, down: 0 },
    "Healthy real servers, or their weights, at which the virtual server comes up and goes down.",
  ),
  panic_threshold: preset(
    percent,
    0,
    "With fewer percent of the real servers healthy, health is ignored and all that were ever checked are used; 0 turns it off.",
  ),
  sorry_server: optional(
    sorryServer,
    "none",
    "Answers while the quorum is lost. `local`: the router itself answers HTTP 503 with `sorry_page`.",
  ),
  sorry_page: optional(
    absolutePath("the absolute path of a file"),
    "a page of a few words",
    "The file that `sorry_server: local` answers with, of 1 MiB at most. It is sent as HTML, and read again by `lvsd reload`.",
    { names: "file" },
  ),
  load_monitor: preset(
    loadMonitor,
    "none",
    "Weights that follow the real servers' load ([load.md](load.md)); a plain word is the type with its defaults.",
  ),
  check: optional(
    checkShape,
    "by protocol",
    "How its real servers are checked. Both routers know the results; the standby probes only when it hears nothing of them.",
    { plan: "words" },
  ),
  real_servers: preset(
    named("real server", serversMax, section(realServerKeys)),
    {},
    "The machines that serve it, by name.",
    { plan: "words" },
  ),
};

export const virtualServerSection = section(virtualServerKeys);
