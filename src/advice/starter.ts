/**
 * The first configuration: what `lvsd init` writes. It is sound as it stands, so that an operator
 * changes one thing at a time and `lvsd check` says what that broke.
 */

import type { RouterAddresses } from "../config/config.ts";
import { type Family, family, type IpAddress, type Prefix, printPrefix } from "../model/address.ts";

/** What is known or was asked; what is left out stands as an example to be changed. */
export interface StarterAnswers {
  readonly primary: RouterAddresses;
  /** Null: a single router. */
  readonly backup: RouterAddresses | null;
  readonly vip: Prefix;
  /** Null: the interface whose network holds the VIP. */
  readonly device: string | null;
  readonly port: number;
  readonly forwarding: "nat" | "direct";
  /** The real servers' gateway, for `nat`; null: they use something else. */
  readonly natRouter: Prefix | null;
  readonly realServers: readonly IpAddress[];
  readonly keyFile: string;
}

const ip = (text: string): IpAddress => text as IpAddress;

/** The addresses of the documentation's pair of routers. */
export const exampleAnswers: StarterAnswers = {
  primary: { public: ip("192.168.26.9"), private: ip("10.11.12.9") },
  backup: { public: ip("192.168.26.8"), private: ip("10.11.12.8") },
  vip: { address: ip("192.168.26.10"), length: 24 },
  device: null,
  port: 80,
  forwarding: "nat",
  natRouter: { address: ip("10.11.12.10"), length: 24 },
  realServers: [ip("10.11.12.1"), ip("10.11.12.2")],
  keyFile: "/etc/lvsd/heartbeat.key",
};

/**
 * The text of a commented configuration. Given addresses replace the example's; where a given one
 * shows that an example cannot fit (another family, a single router), that example is left out.
 */
export function starter(answers: Partial<StarterAnswers> = {}): string {
  const all: StarterAnswers = { ...exampleAnswers, ...answers, ...pairOf(answers) };
  const of: Family = family(all.vip.address);
  const realServers = all.realServers.filter((address) => family(address) === of);
  const natRouter =
    all.forwarding === "nat" && all.natRouter !== null && family(all.natRouter.address) === of
      ? all.natRouter
      : null;
  return [
    head,
    routersText(all),
    heartbeatText(all),
    failoverText,
    forwardingText(all.forwarding, natRouter),
    servedText(all, realServers),
  ].join("\n");
}

/** Two ends of each path: an example peer has a second path only where the given router has one. */
function pairOf(answers: Partial<StarterAnswers>): Pick<StarterAnswers, "primary" | "backup"> {
  const fitting = (example: RouterAddresses, given: RouterAddresses): RouterAddresses => ({
    public: example.public,
    private: given.private === null ? null : example.private,
  });
  const { primary, backup } = answers;
  const exampleBackup = exampleAnswers.backup;
  if (primary !== undefined && backup === undefined) {
    const given = [primary.public, primary.private ?? primary.public];
    if (exampleBackup === null || given.some((address) => family(address) === 6))
      return { primary, backup: null };
    return { primary, backup: fitting(exampleBackup, primary) };
  }
  if (primary === undefined && backup)
    return { primary: fitting(exampleAnswers.primary, backup), backup };
  return {
    primary: primary ?? exampleAnswers.primary,
    backup: backup === undefined ? exampleBackup : backup,
  };
}

const head = `# The configuration of lvsd, the same file on both routers.
#
# \`lvsd check\` finds every mistake in it, on any machine; \`lvsd check --here\` also asks this one.
# \`lvsd plan\` shows what \`lvsd reload\` would change. All keys: docs/configuration.md.
# Durations are written 250ms, 2s, 5m, 1h, or as a plain number of seconds.

serial: 1
`;

function routersText({ primary, backup }: StarterAnswers): string {
  const line = (role: string, router: RouterAddresses): string => {
    const ownNet = router.private === null ? "" : `, private: ${router.private}`;
    return `  ${role}: { public: ${router.public}${ownNet} }`;
  };
  const second =
    backup === null
      ? "  # backup: { public: 192.168.26.8, private: 10.11.12.8 } # without it this router serves alone"
      : line("backup", backup);
  return `# The two machines by their own, fixed addresses. Heartbeats travel between the public ones and,
# as a second path, between the private ones.
routers:
${line("primary", primary)}
${second}
`;
}

const heartbeatText = ({
  keyFile,
}: StarterAnswers): string => `# How fast a failure is noticed: the peer is dead after this much silence on every path.
heartbeat:
  interval: 250ms
  dead_after: 1s
  key_file: ${keyFile} # \`lvsd keygen\` makes it; both routers need the same one
`;

const failoverText = `# What happens when the failed primary returns: auto, after it was healthy for a while, or manual.
failover:
  failback: auto
  failback_delay: 10s
`;

function forwardingText(forwarding: "nat" | "direct", natRouter: Prefix | null): string {
  const choice = `# nat: lvsd rewrites addresses, and the real servers' default route leads through the router.
# direct: real servers answer clients themselves and must hold the VIP without answering ARP for it.
forwarding: ${forwarding}
`;
  if (natRouter === null) return choice;
  return `${choice}
# The default route of the real servers: it moves with the VIPs.
nat_router: { address: ${printPrefix(natRouter)} }
`;
}

function servedText(answers: StarterAnswers, realServers: readonly IpAddress[]): string {
  const device =
    answers.device === null
      ? "    # device: eth0 # left out: the interface whose network holds the address"
      : `    device: ${answers.device}`;
  const servers = realServers.map((address, at) => `      rs${at + 1}: { address: ${address} }`);
  const many =
    servers.length === 0
      ? "    real_servers: {} # rs1: { address: ..., port: 80, weight: 1 }"
      : ["    real_servers:", ...servers].join("\n");
  return `# What every virtual server below has unless it says otherwise.
defaults:
  scheduler: wlc
  check: { interval: 2s, timeout: 2s, fall: 2, rise: 1 }

# What is balanced: an address that moves between the routers, a port, and who serves it.
virtual_servers:
  web:
    address: ${printPrefix(answers.vip)}
${device}
    port: ${answers.port}
    check:
      type: tcp # or http, with \`path: /health\`
${many}
`;
}
