/** What is wrong with a pair, each by one fact of a pair in good order, and what is found of it. */
import type { Facts } from "../../../src/advice/findings/facts.ts";
import { ip, lostWay, pairText, type Spoiled, unresolved } from "./facts.ts";

export type Spoil = (sound: Facts) => Partial<Facts>;
export const device =
  (change: Partial<Facts["devices"][number]>): Spoil =>
  (sound) => ({
    devices: sound.devices.map((one) => (one.name === "eth0" ? { ...one, ...change } : one)),
  });
export const file =
  (path: string, text: string): Spoil =>
  () => ({
    networkFiles: [{ path, text }],
  });
export const server =
  (at: number, change: Partial<Facts["realServers"][number]>): Spoil =>
  (sound) => ({
    realServers: sound.realServers.map((one, index) =>
      index === at ? { ...one, ...change } : one,
    ),
  });
export const peer =
  (change: Partial<Facts["here"]>, askedAt: number | null = null): Spoil =>
  (sound) => ({
    peer: { has: { ...sound.here, ...change }, askedAt },
  });
const daemonPeer =
  (change: object): Spoil =>
  (sound) => ({
    daemon: sound.daemon && {
      ...sound.daemon,
      peer: sound.daemon.peer && { ...sound.daemon.peer, ...change },
    },
  });
export const here =
  (change: Partial<Facts["ipvsHere"]>): Spoil =>
  (sound) => ({ ipvsHere: { ...sound.ipvsHere, ...change } });
const gueText = pairText.replace(
  "forwarding: direct",
  "forwarding: tunnel\n    tunnel: { type: gue, port: 6080 }",
);
const noFence = pairText.replace(/failover:.*\n/, "");
const tunnelled: Spoil = (sound) => ({
  config: {
    ...sound.config,
    virtualServers: sound.config.virtualServers.map((one) => ({
      ...one,
      realServers: one.realServers.map((real) => ({ ...real, forwarding: "tunnel" as const })),
    })),
  },
});

export const cases: readonly (readonly [what: string, spoiled: Spoiled, found: RegExp])[] = [
  ["no IPVS", { facts: () => ({ ipvs: "missing" }) }, /^ipvs \(prevents\): no \/proc\/net\/ip_vs/],
  [
    "no scheduler",
    { facts: here({ missingModules: new Set(["ip_vs_wlc"]) }) },
    /^ipvs \(prevents\): virtual_servers\.\w+\.scheduler: this kernel \(6\.1.*has no scheduler wlc: .*ip_vs_wlc/,
  ],
  [
    "no persistence engine",
    {
      text: pairText.replace(
        "port: 80",
        "port: 80\n    protocol: udp\n    persistence: { engine: sip }",
      ),
      facts: here({ missingModules: new Set(["ip_vs_pe_sip"]) }),
    },
    /^ipvs .*persistence\.engine: this kernel .* has no persistence engine sip/,
  ],
  [
    "a kernel that knows no tunnel of type gue",
    { text: gueText, facts: here({ kernel: "4.19.0-27-amd64" }) },
    /^ipvs .*real_servers\.rs2: kernel 4\.19\.0-27-amd64 knows no tunnel of type gue/,
  ],
  [
    "an ipvsadm that knows no tunnel of type gue",
    { text: gueText, facts: here({ ipvsadm: "1.30" }) },
    /^ipvsadm-version \(prevents\): .*ipvsadm 1\.30 knows no tunnel of type gue.*1\.31.* -> apt-get/,
  ],
  [
    "no ipvsadm",
    { facts: () => ({ hasIpvsadm: false }) },
    /^ipvsadm-version .*not installed -> apt-get/,
  ],
  [
    "an ipvsadm without the flags of mh",
    {
      text: pairText.replace("port: 80", "port: 80\n    scheduler: mh"),
      facts: here({ ipvsadm: "1.29" }),
    },
    /^ipvsadm-version .*ipvsadm 1\.29 does not know the flags of the scheduler mh: it takes ipvsadm 1\.30/,
  ],
  [
    "no forwarding",
    { sysctls: { "net/ipv4/ip_forward": "0" } },
    /^forwarding .* -> sysctl -w net\.ipv4\.ip_forward=1/,
  ],
  [
    "settings that are left to the operator",
    {
      text: `${pairText}sysctl: manual\n`,
      sysctls: { "net/ipv4/conf/eth0/send_redirects": "1", "net/ipv4/vs/expire_nodest_conn": "1" },
    },
    /^settings \(endangers\): net\.ipv4\.conf\.eth0\.send_redirects is 1, and 0 is needed -> sysctl/,
  ],
  [
    "a strict reverse-path filter on another way than the default route",
    {
      sysctls: { "net/ipv4/conf/all/rp_filter": "1" },
      facts: () => ({ defaultDevices: { 4: ["eth2"], 6: [] } }),
    },
    /^rp-filter \(prevents\): rp_filter is strict on eth0, .* eth2 -> sysctl .*eth0\.rp_filter=2/,
  ],
  [
    "a default route that is lost once the kernel forwards",
    {
      text: pairText
        .replace("192.168.26.10/24", '"fd26::10/64"')
        .replace("10.11.12.1 }", '"fd11::1" }'),
      sysctls: { "net/ipv6/conf/eth0/accept_ra": "1" },
      facts: () => ({ advertised: ["eth0"] }),
    },
    /^router-advertisements \(endangers\): .* eth0 is advertised.* -> sysctl .*eth0\.accept_ra=2/,
  ],
  [
    "a full connection-tracking table",
    { sysctls: { "net/netfilter/nf_conntrack_count": "900" } },
    /^conntrack-size \(endangers\): 900 of 1000/,
  ],
  [
    "one that is over",
    { sysctls: { "net/netfilter/nf_conntrack_count": "1000" } },
    /^conntrack-size \(prevents\)/,
  ],
  [
    "few descriptors",
    { facts: ({ daemon }) => ({ daemon: daemon && { ...daemon, descriptors: 1024 } }) },
    /^limits .*may open 1024 files.*LimitNOFILE=1256/,
  ],
  [
    "few ports",
    { sysctls: { "net/ipv4/ip_local_port_range": "60000 60999" } },
    /^limits .*there are 1000 local ports/,
  ],
  [
    "a heartbeat among the local ports",
    { text: `${pairText}heartbeat: { port: 40000 }\n` },
    /^limits .*heartbeat\.port 40000 lies .*ip_local_reserved_ports=40000/,
  ],
  [
    "no hardware watchdog",
    { facts: () => ({ runtimeWatchdog: "0" }) },
    /^hung-kernel \(advises\): RuntimeWatchdogSec is 0/,
  ],
  [
    "keepalived beside it",
    { facts: () => ({ running: new Set(["keepalived"]) }) },
    /^other-balancers \(prevents\): keepalived is running -> systemctl disable --now keepalived/,
  ],
  [
    "a saved table at boot",
    { facts: () => ({ enabled: new Set(["ipvsadm.service"]) }) },
    /^other-balancers \(endangers\): ipvsadm\.service starts at boot/,
  ],
  [
    "a device that is down",
    { facts: device({ up: false, carrier: false }) },
    /^vip-device .*eth0 is down -> ip link set eth0 up/,
  ],
  [
    "a device without a cable",
    { facts: device({ carrier: false }) },
    /^vip-device .*eth0 has no carrier/,
  ],
  [
    "a device that is missing",
    { facts: (sound) => ({ devices: sound.devices.slice(1) }) },
    /^vip-device .*there is no eth0/,
  ],
  [
    "another netmask",
    { facts: device({ addresses: [{ prefix: { address: ip("192.168.26.9"), length: 16 } }] }) },
    /^netmask .*192\.168\.26\.10\/24 on eth0, whose network is \/16 -> address: 192\.168\.26\.10\/16/,
  ],
  [
    "networkd",
    { facts: file("/etc/systemd/network/e.network", "[Network]\nAddress=192.168.26.10/24\n") },
    /^boot-address \(prevents\): \/etc\/systemd\/network\/e\.network:2 sets 192\.168\.26\.10 -> sed/,
  ],
  [
    "ifupdown",
    { facts: file("/etc/network/interfaces", "iface eth0 inet static\n  address 192.168.26.10\n") },
    /^boot-address .*interfaces:2 sets/,
  ],
  [
    "NetworkManager",
    {
      facts: file(
        "/etc/NetworkManager/system-connections/e",
        "address1=192.168.26.10/24,192.168.26.1\n",
      ),
    },
    /^boot-address .*e:1 sets/,
  ],
  [
    "netplan",
    { facts: file("/etc/netplan/a.yaml", "addresses: [192.168.26.9/24, 192.168.26.10/24]\n") },
    /^boot-address .*a\.yaml:1 sets/,
  ],
  [
    "ifcfg",
    { facts: file("/etc/sysconfig/network-scripts/ifcfg-eth0:1", 'IPADDR="192.168.26.10"\n') },
    /^boot-address .*ifcfg-eth0:1:1 sets/,
  ],
  [
    "networkd that removes",
    { facts: file("/etc/systemd/network/e.network", "[Match]\nName=eth*\n") },
    /^foreign-addresses \(endangers\): .*manages eth0 without KeepConfiguration/,
  ],
  [
    "NetworkManager that may",
    { facts: () => ({ running: new Set(["NetworkManager"]) }) },
    /^foreign-addresses \(advises\)/,
  ],
  [
    "another holder of a VIP",
    {
      facts: () => ({
        vipAnswers: [{ address: ip("192.168.26.10"), device: "eth0", macs: ["02:00:00:00:09:09"] }],
      }),
    },
    /^duplicate-vip \(prevents\): 02:00:00:00:09:09 answers for 192\.168\.26\.10 on eth0/,
  ],
  [
    "a key that all read",
    { facts: () => ({ keyFile: { mode: 0o644, uid: 0 } }) },
    /^key-file \(prevents\): .*mode 0644 -> chmod 0640/,
  ],
  [
    "a key of a user",
    { facts: () => ({ keyFile: { mode: 0o640, uid: 1000 } }) },
    /^key-file \(endangers\): .*user 1000/,
  ],
  [
    "no key",
    { facts: () => ({ keyFile: null }) },
    /^key-file \(prevents\): .*is not there -> lvsd keygen/,
  ],
  [
    "heartbeats in pulse",
    { text: `${pairText}heartbeat: { protocol: pulse, dead_after: 5s }\n` },
    /^unauthenticated \(endangers\): heartbeat\.protocol is pulse, .* -> heartbeat\.protocol: auto/,
  ],
  [
    "heartbeats in both",
    { text: `${pairText}heartbeat: { protocol: auto, dead_after: 5s }\n` },
    /^unauthenticated \(endangers\): heartbeat\.protocol is auto.* -> heartbeat\.protocol: lvsd/,
  ],
  [
    "heartbeats without a signature",
    { text: `${pairText}heartbeat: { authentication: none }\n` },
    /^unauthenticated \(endangers\): heartbeat\.authentication is none -> lvsd keygen/,
  ],
  [
    "a packet filter in the way",
    {
      facts: () => ({
        dropped: [{ what: "ip saddr 192.168.26.8 udp dport 539", by: "inet filter input" }],
      }),
    },
    /^dropped-heartbeats .* -> nft insert rule inet filter input ip saddr 192\.168\.26\.8 udp dport 539 accept/,
  ],
  [
    "a packet filter that takes nothing of clients",
    {
      facts: () => ({
        droppedClients: [{ what: "ip daddr 192.168.26.10 tcp dport 80", by: "inet filter input" }],
      }),
    },
    /^dropped-clients \(prevents\): ip daddr .* -> nft insert rule inet filter input ip daddr 192\.168\.26\.10 tcp dport 80 accept/,
  ],
  ["a dead peer", { facts: daemonPeer({ alive: false }) }, /^peer-silent .*the peer is dead/],
  [
    "a cut path",
    { facts: daemonPeer({ paths: [{ name: "private", alive: false }] }) },
    /^peer-silent .*path private -> tcpdump/,
  ],
  ["a lost name", { facts: unresolved }, /^unresolved-name .*app\.internal .*2 .*ETIMEOUT/],
  ["a lost way", { facts: lostWay }, /^own-way .*web\/rs1 .*: timed out -> lvsd probe web rs1/],
  [
    "another configuration",
    { facts: daemonPeer({ configMatch: false }) },
    /^config-mismatch .* -> lvsd sync/,
  ],
  [
    "a file that the peer has not loaded",
    { facts: peer({ configHash: "ab".repeat(32) }) },
    /^config-mismatch .*another one than the peer has loaded -> lvsd plan/,
  ],
  [
    "a program that is not here",
    { facts: ({ here }) => ({ here: { ...here, files: { "/f": null } } }) },
    /^only-here .*\/f is not here/,
  ],
  [
    "a program that is not there",
    { facts: peer({ files: { "/etc/lvsd/commands/fence": null } }) },
    /^only-here .*fence is not on the peer -> scp -p/,
  ],
  [
    "a program that differs",
    { facts: peer({ files: { "/etc/lvsd/commands/fence": "cd" } }) },
    /^only-here .*fence differs/,
  ],
  [
    "another network on the peer",
    { facts: peer({ networks: { eth0: ["10.9.0.0/16"], eth1: ["10.11.12.0/24"] } }) },
    /^other-network \(prevents\): eth0 is in 192\.168\.26\.0\/24 here and in 10\.9\.0\.0\/16/,
  ],
  [
    "no such device on the peer",
    { facts: peer({ networks: { eth0: ["192.168.26.0/24"] } }) },
    /^other-network .*no device eth1/,
  ],
  [
    "a clock that nobody keeps",
    { facts: () => ({ clockSynchronised: false }) },
    /^clock \(advises\)/,
  ],
  [
    "clocks apart, or an old file",
    { facts: peer({ clock: 1_700_000 }) },
    /^clock \(endangers\): the routers' clocks, or these facts, are 700 s apart/,
  ],
  [
    "clocks apart where the peer was asked",
    { facts: peer({ clock: 1_003_000 }, 1_000_000) },
    /^clock \(endangers\): the routers' clocks are 3 s apart/,
  ],
  [
    "neither arbiter nor fence",
    { text: noFence },
    /^guarantee \(advises\): no arbiter and no fence: if both paths/,
  ],
  [
    "and a single path",
    { text: noFence.replaceAll(/, private: [\d.]+/g, "") },
    /^guarantee \(endangers\): .*the only path/,
  ],
  [
    "an arbiter alone",
    { text: pairText.replace(/fence:.*\}/, "gateway: [192.168.26.254] }") },
    /^guarantee \(advises\): an arbiter, no fence/,
  ],
  [
    "a fence that may fail",
    { text: pairText.replace("fence] }", "fence], on_failure: take_over }") },
    /^guarantee .*takes? over all the same|^guarantee .*take over all the same/,
  ],
  [
    "no floating gateway",
    { text: pairText.replace(/nat_router.*\n/, "") },
    /^nat-router \(endangers\)/,
  ],
  [
    "a reply that takes another way",
    { facts: server(0, { returns: false }) },
    /^return-path \(prevents\): rs1 .* -> lvsd realserver web rs1 --method gateway/,
  ],
  [
    "direct routing through a gateway",
    { facts: server(1, { route: { device: "eth0", via: "192.168.26.1", mtu: 1500 } }) },
    /^not-connected .*rs2 .*through 192\.168\.26\.1/,
  ],
  [
    "no VIP on a real server",
    { facts: server(1, { refusedVips: [ip("192.168.26.11"), ip("192.168.26.99")] }) },
    /^vip-missing .*rs2 .* not for 192\.168\.26\.11 -> lvsd realserver near rs2/,
  ],
  [
    "a real server that answers ARP",
    {
      facts: () => ({
        vipAnswers: [{ address: ip("192.168.26.11"), device: "eth0", macs: ["02:00:00:00:01:02"] }],
      }),
    },
    /^arp-answering \(prevents\): rs2 \(02:00:00:00:01:02\) answers for 192\.168\.26\.11/,
  ],
  [
    "a tunnel that is too narrow",
    { facts: tunnelled },
    /^tunnel-mtu .*rs1 .*carries 1500 bytes, and 1520 are needed/,
  ],
];
