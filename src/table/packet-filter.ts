/**
 * What the packet filter is to do for virtual servers: set the mark of each packet that belongs to
 * a service by firewall mark, and give connections that real servers open a source that stays.
 *
 * The same on both routers and in one order, so that two lists are equal where their texts are.
 */
import type { Config, Vip, VirtualServer } from "../config/config.ts";
import { merged } from "../config/forwarding/service.ts";
import {
  addressBytes,
  addressFromBytes,
  compareAddresses,
  type Family,
  family,
  type IpAddress,
  type Prefix,
  printPrefix,
} from "../model/address.ts";
import type { Protocol } from "../model/service.ts";

/** Packets to any of the addresses and ports get the mark; sorted, ports without overlaps. */
export interface MarkRule {
  readonly kind: "mark";
  readonly family: Family;
  readonly addresses: readonly IpAddress[];
  readonly protocol: Protocol;
  readonly ports: readonly PortSpan[];
  readonly fwmark: number;
}

export interface PortSpan {
  readonly from: number;
  readonly to: number;
}

/** Forwarded connections from these machines get a source; null: the router's own address. */
export interface SourceRule {
  readonly kind: "source";
  readonly family: Family;
  /** One network, or machines in order. */
  readonly from: Prefix | readonly IpAddress[];
  /** A network that is reached without the router; null: none. */
  readonly except: Prefix | null;
  /** The TCP port that they come from; null: any, of any protocol. */
  readonly port: number | null;
  readonly source: IpAddress | null;
}

export type PacketRule = MarkRule | SourceRule;

/** The port from which FTP servers open data connections in active mode (RFC 959, section 5.2). */
const ftpDataPort = 20;

/** Every rule that the configuration needs, in order. */
export const packetRules = (config: Config): readonly PacketRule[] => {
  const servers = config.virtualServers.filter(({ active }) => active);
  return [
    ...(config.marks === "lvsd" ? servers.flatMap(markRules) : []),
    ...servers.flatMap(ftpRules),
    ...masqueradeRules(config),
  ];
};

function markRules({ mark, ftp, realServers }: VirtualServer): readonly MarkRule[] {
  if (mark === null) return [];
  const { fwmark, families } = mark;
  // Without NAT a real server opens active FTP's data connections from the VIP itself: what clients
  // answer is to reach the same one, which IPVS schedules by the template (ip_vs_proto_tcp.c,
  // tcp_conn_schedule).
  const returns = ftp !== null && realServers.some(({ forwarding }) => forwarding !== "nat");
  const data = { protocol: "tcp", from: ftpDataPort, to: ftpDataPort } as const;
  const traffic = returns ? merged([...mark.traffic, data]) : mark.traffic;
  const byProtocol = Map.groupBy(traffic, ({ protocol }) => protocol);
  return families.flatMap((of) => {
    const addresses = mark.addresses.filter((each) => family(each) === of).sort(compareAddresses);
    if (addresses.length === 0) return [];
    return Array.from(byProtocol, ([protocol, spans]): MarkRule => {
      const ports = spans.map(({ from, to }) => ({ from, to }));
      return { kind: "mark", family: of, addresses, protocol, ports, fwmark };
    });
  });
}

/** A client of active FTP takes data from the VIP alone, to which it speaks. */
function ftpRules(server: VirtualServer): readonly SourceRule[] {
  if (server.ftp === null) return [];
  const vips = server.mark?.addresses ?? (server.address === null ? [] : [server.address]);
  return ([4, 6] as const).flatMap((of): SourceRule[] => {
    const source = vips.find((each) => family(each) === of);
    const from = server.realServers
      .filter(({ address, forwarding }) => forwarding === "nat" && family(address) === of)
      .map(({ address }) => address)
      .sort(compareAddresses);
    if (source === undefined || from.length === 0) return [];
    return [{ kind: "source", family: of, from, except: null, port: ftpDataPort, source }];
  });
}

function masqueradeRules({ masquerade, vips }: Config): readonly SourceRule[] {
  if (masquerade === false) return [];
  return (
    vips
      .filter(({ kind }) => kind === "nat-router")
      // A VIP can be the source of its own family's connections alone.
      .filter(({ prefix }) => masquerade === true || family(masquerade) === family(prefix.address))
      .map(({ prefix }: Vip): SourceRule => {
        const network = networkOf(prefix);
        return {
          kind: "source",
          family: family(prefix.address),
          from: network,
          except: network,
          port: null,
          source: masquerade === true ? null : masquerade,
        };
      })
  );
}

/** The network itself: the bits behind the length are 0. */
function networkOf({ address, length }: Prefix): Prefix {
  const bytes = addressBytes(address).map((byte, at) => {
    const kept = Math.min(8, Math.max(0, length - at * 8));
    return byte & (0xff << (8 - kept));
  });
  return { address: addressFromBytes(bytes), length };
}

/** A rule as a line for people: `tcp 192.0.2.1 port 80, 443: mark 80`. */
export function describeRule(rule: PacketRule): string {
  if (rule.kind === "mark") {
    const ports = rule.ports.map(({ from, to }) => (from === to ? from : `${from}-${to}`));
    return `${rule.protocol} ${rule.addresses.join(", ")} port ${ports.join(", ")}: mark ${rule.fwmark}`;
  }
  const from = "address" in rule.from ? printPrefix(rule.from) : rule.from.join(", ");
  const port = rule.port === null ? "" : ` tcp port ${rule.port}`;
  return `from ${from}${port}: source ${rule.source ?? "of the router"}`;
}
