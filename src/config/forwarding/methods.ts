/**
 * What a forwarding method can do, and what it cannot: ports, families, kinds of tunnels,
 * persistence. IPVS takes some of it without a word and then serves nobody.
 */
import type { Complaints } from "../../keys/complaints.ts";
import type { Settled } from "../../keys/section.ts";
import { type Family, family, type IpAddress } from "../../model/address.ts";
import type { Protocol } from "../../model/service.ts";
import type { tunnelKeys } from "../schema/virtual-server.ts";
import { addressOf, type RealServerWhole, type VirtualServerWhole, type Whole } from "../whole.ts";

/** The VIP of a service that is no mark. */
const vipOf = ({ service }: VirtualServerWhole): IpAddress | undefined =>
  service?.kind === "address" ? service.floating.prefix.address : undefined;

/**
 * Masquerading and direct routing keep the family; a tunnel may carry one in the other, which the
 * kernel's synchronisation of connections cannot carry (ip_vs_ctl.c, do_ip_vs_set_ctl).
 */
export function familiesMatch({ virtualServers, root }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const vip = vipOf(server);
    if (vip === undefined) continue;
    for (const { keys, forwarding } of server.realServers) {
      const address = addressOf(keys);
      if (address === undefined || family(address) === family(vip)) continue;
      const message = `${keys.pathOf("address")}: ${address} is IPv${family(address)}, and the VIP ${vip} is IPv${family(vip)}`;
      if (forwarding !== "tunnel")
        complaints.at(keys.spotOf("address"), message, "nat and direct keep the family");
      else if (root.values.connection_sync)
        complaints.at(
          keys.spotOf("address"),
          `${message}, and connection_sync is on`,
          "the kernel refuses such a tunnel while connections are synchronised: leave out one of the two",
        );
    }
  }
}

/** Direct routing and tunnels leave the packet as it is, its port included (ipvsadm(8), -g, -i). */
export function methodsKeepThePort({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { service, realServers } of virtualServers) {
    const traffic =
      service?.kind === "address"
        ? [service.traffic]
        : service === undefined
          ? []
          : service.traffic;
    const [only, ...more] = traffic;
    if (only === undefined || more.length > 0 || only.from !== only.to) continue;
    for (const { forwarding, port, keys } of realServers) {
      if (forwarding === undefined || forwarding === "nat" || typeof port !== "number") continue;
      if (port === only.from) continue;
      const method = forwarding === "direct" ? "direct routing" : "a tunnel";
      const message = `${keys.pathOf("port")}: ${port} with ${method}, which cannot change the port ${only.from}`;
      complaints.at(keys.spotOf("port"), message, "remove it, or use forwarding: nat");
    }
  }
}

/** Each kind of tunnel has its own options (ipvsadm(8), --tun-port, --tun-csum, --tun-remcsum). */
export function tunnelsAreWhole({ virtualServers }: Whole, complaints: Complaints): void {
  const judged = new Set<Settled<typeof tunnelKeys>>();
  for (const server of virtualServers) {
    for (const tunnel of [server, ...server.realServers].map((each) => each.tunnel)) {
      if (!tunnel || judged.has(tunnel)) continue;
      judged.add(tunnel);
      judgeTunnel(tunnel, complaints);
    }
    for (const real of server.realServers) judgeUse(real, complaints);
  }
}

function judgeTunnel(tunnel: Settled<typeof tunnelKeys>, complaints: Complaints): void {
  const { type, port, checksum } = tunnel.values;
  if (type === undefined || port === undefined || checksum === undefined) return;
  if (type === "gue" && port === null)
    complaints.at(
      tunnel.spot,
      `${tunnel.path}: gue without a port`,
      "add `port:`, on which the real server decapsulates, such as 6080",
    );
  if (type !== "gue" && port !== null)
    complaints.at(
      tunnel.spotOf("port"),
      `${tunnel.pathOf("port")}: ${type} has no port`,
      "remove it, or use type: gue",
    );
  if (type === "ipip" && checksum !== false)
    complaints.at(
      tunnel.spotOf("checksum"),
      `${tunnel.pathOf("checksum")}: ipip has no checksum of its own`,
      "remove it, or use type: gue or gre",
    );
  if (type === "gre" && checksum === "remote")
    complaints.at(
      tunnel.spotOf("checksum"),
      `${tunnel.pathOf("checksum")}: remote is for gue alone`,
      "write true or false",
    );
}

function judgeUse({ keys, forwarding }: RealServerWhole, complaints: Complaints): void {
  if (!keys.values.tunnel || forwarding === undefined || forwarding === "tunnel") return;
  complaints.at(
    keys.spotOf("tunnel"),
    `${keys.pathOf("tunnel")}: its forwarding is ${forwarding}`,
    "add `forwarding: tunnel`, or remove it",
  );
}

/** What it balances; a mark alone says nothing but the key `protocol`. */
function protocolsOf({ service, keys }: VirtualServerWhole): readonly Protocol[] {
  if (service === undefined) return [];
  const traffic = service.kind === "address" ? [service.traffic] : service.traffic;
  return traffic.length > 0
    ? traffic.map(({ protocol }) => protocol)
    : [keys.values.protocol ?? "tcp"];
}

/** The engine reads datagrams (ip_vs_pe_sip.c, ip_vs_sip_fill_param). */
export function enginesFitProtocol({ virtualServers }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const { persistence } = server;
    const engine = persistence?.values.engine;
    const other = protocolsOf(server).find((protocol) => protocol !== "udp");
    if (!persistence || !engine || other === undefined) continue;
    const message = `${persistence.pathOf("engine")}: ${engine} with protocol ${other}`;
    complaints.at(persistence.spotOf("engine"), message, "it is for protocol: udp");
  }
}

/** Datagrams can be balanced each by itself; a connection cannot (ipvsadm(8), --ops). */
export function onePacketNeedsUdp({ virtualServers }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const { keys } = server;
    const other = protocolsOf(server).find((protocol) => protocol !== "udp");
    if (keys.values.one_packet !== true || other === undefined) continue;
    const message = `${keys.pathOf("one_packet")}: one-packet scheduling of ${other}`;
    complaints.at(keys.spotOf("one_packet"), message, "it is for protocol: udp");
  }
}

/**
 * With NAT an answer gets the VIP back by its connection, and of one packet none is kept; the
 * engine sip finds the call again (ip_vs_core.c, ip_vs_out_hook and __ip_vs_rs_conn_out).
 */
export function onePacketIsAnswered({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { keys, persistence, realServers } of virtualServers) {
    if (keys.values.one_packet !== true || persistence?.values.engine) continue;
    if (realServers.every(({ forwarding }) => forwarding !== "nat")) continue;
    complaints.warn(
      keys.spotOf("one_packet"),
      `${keys.pathOf("one_packet")}: with NAT answers keep the real server's address`,
      "right where nothing is answered; otherwise use direct routing",
    );
  }
}

/** A netmask has the form of a family that the virtual server has. */
export function netmaskFitsFamily({ virtualServers }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const { keys, persistence } = server;
    const families = vipFamilies(server);
    const netmask = persistence?.values.netmask;
    if (!persistence || !netmask || families.length === 0) continue;
    // The kernel takes no IPv6 prefix of length 0 (ip_vs_ctl.c, ip_vs_add_service).
    const fits = families.some((of) =>
      of === 4 ? netmask.bits <= 32 : netmask.family !== 4 && netmask.bits >= 1,
    );
    if (fits) continue;
    const [of = 4] = families;
    const message = `${persistence.pathOf("netmask")}: no netmask of IPv${of}, which ${keys.path} is`;
    const hint = of === 4 ? "use 0 to 32, or a dotted mask" : "use a prefix length, 1 to 128";
    complaints.at(persistence.spotOf("netmask"), message, hint);
  }
}

function vipFamilies({ service }: VirtualServerWhole): readonly Family[] {
  if (service === undefined) return [];
  const addresses =
    service.kind === "address" ? [service.floating.prefix.address] : service.addresses;
  return [...new Set(addresses.map(family))].sort();
}

/** A source must be an address that the active router holds, of the family that it is for. */
export function masqueradeHasASource({ natRouter, claims }: Whole, complaints: Complaints): void {
  const { masquerade, address } = natRouter?.values ?? {};
  if (!natRouter || typeof masquerade !== "string" || address === undefined) return;
  const spot = natRouter.spotOf("masquerade");
  const path = natRouter.pathOf("masquerade");
  if (!claims.some(({ floating }) => floating.prefix.address === masquerade))
    complaints.at(
      spot,
      `${path}: ${masquerade} is no VIP of this configuration`,
      "name a VIP, or write true for the router's own address",
    );
  else if (address.every(({ prefix }) => family(masquerade) !== family(prefix.address)))
    complaints.at(
      spot,
      `${path}: ${masquerade} is not of the family of ${address.map(({ prefix }) => prefix.address).join(", ")}`,
      "name a VIP of the real servers' family",
    );
}
