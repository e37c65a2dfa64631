/** The facts of a pair in good order, for tests that spoil one of them. */
import type { Facts } from "../../../src/advice/findings/facts.ts";
import { examine } from "../../../src/advice/findings/findings.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { accepted, readText } from "../../config/texts.ts";

export const pairText = `
routers:
  primary: { public: 192.168.26.9, private: 10.11.12.9 }
  backup: { public: 192.168.26.8, private: 10.11.12.8 }
failover: { fence: { command: [/etc/lvsd/commands/fence] } }
nat_router: { address: 10.11.12.10/24, device: eth1 }
virtual_servers:
  web:
    address: 192.168.26.10/24
    device: eth0
    port: 80
    real_servers: { rs1: { address: 10.11.12.1 } }
  near:
    address: 192.168.26.11/24
    device: eth0
    port: 80
    forwarding: direct
    real_servers: { rs2: { address: 192.168.26.101 } }
`;

export const ip = (text: string): IpAddress => text as IpAddress;
const prefix = (address: string, length: number) => ({ prefix: { address: ip(address), length } });

const sysctls: Readonly<Record<string, string>> = {
  "net/ipv4/ip_forward": "1",
  "net/ipv4/conf/all/rp_filter": "0",
  "net/ipv4/conf/eth0/rp_filter": "0",
  "net/ipv4/ip_local_port_range": "32768\t60999",
  "net/netfilter/nf_conntrack_count": "10",
  "net/netfilter/nf_conntrack_max": "1000",
};

export interface Spoiled {
  readonly text?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly facts?: (sound: Facts) => Partial<Facts>;
}

export function factsOf({
  text = pairText,
  sysctls: own = {},
  facts = () => ({}),
}: Spoiled = {}): Facts {
  const values = { ...sysctls, ...own };
  const device = (name: string, mac: string) => ({ name, mac, up: true, carrier: true });
  const sound: Facts = {
    config: accepted(readText(text)),
    role: "primary",
    devices: [
      { ...device("eth0", "02:00:00:00:00:01"), addresses: [prefix("192.168.26.9", 24)] },
      { ...device("eth1", "02:00:00:00:00:02"), addresses: [prefix("10.11.12.9", 24)] },
    ],
    defaultDevices: { 4: ["eth0"], 6: [] },
    advertised: [],
    sysctl: (name) => values[name] ?? null,
    ipvs: "ready",
    ipvsHere: { missingModules: new Set(), ipvsadm: "1.31", kernel: "6.1.0-44-amd64" },
    hasIpvsadm: true,
    networkFiles: [],
    running: new Set(["systemd"]),
    enabled: new Set(["lvsd.service"]),
    keyFile: { mode: 0o640, uid: 0 },
    runtimeWatchdog: "20s",
    clockSynchronised: true,
    dropped: [],
    droppedClients: [],
    vipAnswers: [],
    peerMacs: [],
    realServers: [
      {
        address: ip("10.11.12.1"),
        port: 80,
        mac: "02:00:00:00:01:01",
        route: { device: "eth1", via: null, mtu: 1500 },
        answers: true,
        refusedVips: null,
        returns: true,
      },
      {
        address: ip("192.168.26.101"),
        port: 80,
        mac: "02:00:00:00:01:02",
        route: { device: "eth0", via: null, mtu: 1500 },
        answers: true,
        refusedVips: [],
        returns: null,
      },
    ],
    daemon: {
      state: "active",
      descriptors: 65_536,
      unreached: [],
      unresolved: [],
      peer: {
        alive: true,
        configMatch: true,
        paths: [
          { name: "public", alive: true },
          { name: "private", alive: true },
        ],
      },
    },
    here: {
      files: { "/etc/lvsd/commands/fence": "ab" },
      networks: { eth0: ["192.168.26.0/24"], eth1: ["10.11.12.0/24"] },
      clock: 1_000_000,
      version: "0.1.0",
      configHash: "0f".repeat(32),
    },
    peer: null,
  };
  return { ...sound, ...facts(sound) };
}

/** `name (severity): what was seen -> remedy`, one text for each thing found. */
export const foundIn = (spoiled: Spoiled = {}): readonly string[] =>
  examine(factsOf(spoiled)).map(
    ({ finding, severity, seen, remedy }) => `${finding} (${severity}): ${seen} -> ${remedy}`,
  );

/** The daemon is a standby that does not reach a real server, although the active router does. */
export const lostWay = ({ daemon }: Facts): Partial<Facts> => ({
  daemon: daemon && { ...daemon, unreached: [{ realServer: "web/rs1", why: "timed out" }] },
});

/** The name servers have no answer for a host name. */
export const unresolved = ({ daemon }: Facts): Partial<Facts> => ({
  daemon: daemon && {
    ...daemon,
    unresolved: [{ name: "app.internal", why: "no answer (ETIMEOUT)", addresses: 2 }],
  },
});
