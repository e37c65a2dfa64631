/** What this machine's packet filter drops of what the pair and its clients send. */
import type { Dropping } from "../../advice/findings/facts.ts";
import { inUse } from "../../advice/findings/facts.ts";
import { addressesOf, type Config } from "../../config/config.ts";
import type { Traffic } from "../../config/forwarding/service.ts";
import { inputFilter, type Packet } from "../../kernel/packet-filter.ts";
import { family, type IpAddress } from "../../model/address.ts";
import { otherRole, type Role } from "../../model/router.ts";
import type { Interface } from "../ip/ip.ts";

export interface Dropped {
  /** Datagrams that the routers send each other. */
  readonly dropped: readonly Dropping[];
  /** Packets of clients to virtual servers. */
  readonly droppedClients: readonly Dropping[];
}

/** No machine has them (RFC 5737, RFC 3849): an answer to them goes where all clients' answers go. */
export const elsewhere = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;

/** `ruleset`: what nft lists; null: it could not be had, and nothing is said. */
export function droppedBy(
  ruleset: unknown,
  { config, role }: { readonly config: Config; readonly role: Role | null },
  interfaces: readonly Interface[],
): Dropped {
  if (ruleset === null) return { dropped: [], droppedClients: [] };
  const filter = inputFilter(ruleset);
  const dropping = (what: string, packet: Packet): readonly Dropping[] => {
    const by = filter(packet);
    return by === null ? [] : [{ what, by }];
  };
  const deviceOf = (address: IpAddress): string | null =>
    interfaces.find(({ addresses }) => addresses.some(({ prefix }) => prefix.address === address))
      ?.name ?? null;
  return {
    dropped: role === null ? [] : betweenRouters(config, role, deviceOf, dropping),
    droppedClients: fromClients(config, dropping),
  };
}

type Judge = (what: string, packet: Packet) => readonly Dropping[];

/** Heartbeats from each of the peer's addresses, and the kernel's connection synchronisation. */
function betweenRouters(
  config: Config,
  role: Role,
  deviceOf: (address: IpAddress) => string | null,
  dropping: Judge,
): readonly Dropping[] {
  const own = addressesOf(config, role);
  const peer = addressesOf(config, otherRole(role));
  if (own === null || peer === null) return [];
  const { port } = config.heartbeat;
  const heartbeats = (["public", "private"] as const).flatMap((path) => {
    const to = own[path];
    const from = peer[path];
    if (to === null || from === null) return [];
    const device = deviceOf(to);
    return dropping(`${wordOf(from)} saddr ${from} udp dport ${port}`, {
      from,
      to,
      protocol: "udp",
      port,
      device,
      answers: true,
    });
  });
  const { connectionSync } = config;
  if (connectionSync === null) return heartbeats;
  const { device, group, port: syncPort } = connectionSync;
  const isPrivate = own.private !== null && deviceOf(own.private) === device;
  const from = (isPrivate ? peer.private : null) ?? peer.public;
  return [
    ...heartbeats,
    ...dropping(`ip daddr ${group} udp dport ${syncPort}`, {
      from,
      to: group,
      protocol: "udp",
      port: syncPort,
      device,
      answers: false,
    }),
  ];
}

/** The first port of each protocol and family stands for all of a virtual server. */
function fromClients(config: Config, dropping: Judge): readonly Dropping[] {
  const devices = new Map<string, string | null>(
    config.vips.map(({ prefix, device }) => [prefix.address, device]),
  );
  return inUse(config).virtualServers.flatMap(({ address, port, protocol, mark }) => {
    const own: readonly Traffic[] = port === null ? [] : [{ protocol, from: port, to: port }];
    const vips = mark?.addresses ?? (address === null ? [] : [address]);
    const traffic = mark?.traffic ?? own;
    return ([4, 6] as const).flatMap((of) => {
      const to = vips.find((vip) => family(vip) === of);
      if (to === undefined) return [];
      const firsts = traffic.filter(
        ({ protocol: one }, at) => traffic.findIndex((each) => each.protocol === one) === at,
      );
      return firsts.flatMap((each) =>
        dropping(`${wordOf(to)} daddr ${to} ${each.protocol} dport ${each.from}`, {
          from: null,
          to,
          protocol: each.protocol,
          port: each.from,
          device: devices.get(to) ?? null,
          answers: false,
        }),
      );
    });
  });
}

const wordOf = (address: IpAddress): "ip" | "ip6" => (family(address) === 4 ? "ip" : "ip6");
