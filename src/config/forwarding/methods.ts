/**
 * What a forwarding method can do, and what it cannot: ports, families, kinds of tunnels, and
 * persistence engines. IPVS takes some of it without a word and then serves nobody.
 */
import type { Complaints } from "../../keys/complaints.ts";
import type { Settled } from "../../keys/section.ts";
import { family } from "../../model/address.ts";
import type { tunnelKeys } from "../schema/virtual-server.ts";
import type { RealServerWhole, Whole } from "../whole.ts";

/**
 * Masquerading and direct routing keep the family; a tunnel may carry one in the other, which the
 * kernel's synchronisation of connections cannot tell of (ip_vs_ctl.c, do_ip_vs_set_ctl).
 */
export function familiesMatch({ virtualServers, root }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const vip = server.keys.values.address?.prefix.address;
    if (vip === undefined) continue;
    for (const { keys, forwarding } of server.realServers) {
      const { address } = keys.values;
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
  for (const server of virtualServers) {
    for (const { forwarding, port, keys } of server.realServers) {
      if (forwarding === undefined || forwarding === "nat" || port === undefined) continue;
      if (server.port === undefined || port === server.port) continue;
      const method = forwarding === "direct" ? "direct routing" : "a tunnel";
      const message = `${keys.pathOf("port")}: ${port} with ${method}, which cannot change the port ${server.port}`;
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

/** The engine reads datagrams (ip_vs_pe_sip.c, ip_vs_sip_fill_param). */
export function enginesFitProtocol({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { keys, persistence } of virtualServers) {
    const engine = persistence?.values.engine;
    const { protocol } = keys.values;
    if (!persistence || !engine || protocol === undefined || protocol === "udp") continue;
    const message = `${persistence.pathOf("engine")}: ${engine} with protocol ${protocol}`;
    complaints.at(persistence.spotOf("engine"), message, "it is for protocol: udp");
  }
}
