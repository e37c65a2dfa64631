/**
 * A client in a network of its own, behind a router of the lab, and everything in both families.
 *
 *     far client --- gateway === public network === routers, real servers
 *                                private network === routers, real servers
 *
 * Real servers have a second interface here, in the public network, where their default route leads
 * to the gateway: replies of direct routing and tunnels leave there. Built on `natPair`.
 */
import type { Lab } from "../lab.ts";
import { setSysctls } from "./namespace.ts";
import { feed } from "./pipe.ts";

/** The client's machine. */
export const farMachine = "far";

/** Addresses that are there besides those of the topology. */
export const far = {
  vip6: "fd26::10",
  natRouter6: "fd11::10",
  /** Of a real server in the public network, by its number from 1 on. */
  direct4: (number: number) => `192.168.26.10${number}`,
  direct6: (number: number) => `fd26::10${number}`,
  nat6: (number: number) => `fd11::${number}`,
  gateway4: "192.168.26.254",
  client4: "172.20.1.50",
} as const;

const gateway6 = "fd26::254";

/** Addresses of the routers that the topology does not know of: they stay when lvsd has ended. */
export const farLeaves = ["r1", "r2"].flatMap((name, index) => [
  `${name}: address fd26::${9 - index}`,
  `${name}: address fd11::${9 - index}`,
]);

/** Adds the far network; the machines of the lab must be there, and nothing run on them yet. */
export async function addFarClient(lab: Lab): Promise<void> {
  const servers = lab.servers.map(({ name }, index) => ({ name, number: index + 1 }));
  await inMachine(null, [
    "netns add gateway",
    `netns add ${farMachine}`,
    `link add far-cable netns gateway type veth peer name eth0 netns ${farMachine}`,
    "link add gw-pub netns lan type veth peer name eth0 netns gateway",
    ...servers.map(
      ({ name }) => `link add ${name}-pub netns lan type veth peer name eth1 netns ${name}`,
    ),
  ]);
  lab.endWith(async () => inMachine(null, ["netns del gateway", `netns del ${farMachine}`]));
  const ports = ["gw-pub", ...servers.map(({ name }) => `${name}-pub`)];
  await inMachine(
    "lan",
    ports.flatMap((port) => [`link set ${port} master br-pub`, `link set ${port} up`]),
  );
  for (const [index, { name }] of lab.routers.entries())
    await inMachine(name, [
      `addr add fd26::${9 - index}/64 dev eth0 nodad`,
      `addr add fd11::${9 - index}/64 dev eth1 nodad`,
      `route add default via ${far.gateway4}`,
      `route add default via ${gateway6}`,
    ]);
  setSysctls("gateway", { "ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1 });
  await inMachine("gateway", [
    "link set lo up",
    "link set eth0 up",
    "link set far-cable up",
    `addr add ${far.gateway4}/24 dev eth0`,
    `addr add ${gateway6}/64 dev eth0 nodad`,
    "addr add 172.20.1.1/24 dev far-cable",
    "addr add fd99::1/64 dev far-cable nodad",
  ]);
  await inMachine(farMachine, [
    "link set lo up",
    "link set eth0 up",
    `addr add ${far.client4}/24 dev eth0`,
    "addr add fd99::50/64 dev eth0 nodad",
    "route add default via 172.20.1.1",
    "route add default via fd99::1",
  ]);
  for (const { name, number } of servers)
    await inMachine(name, [
      "link set eth1 up",
      `addr add ${far.direct4(number)}/24 dev eth1`,
      `addr add ${far.direct6(number)}/64 dev eth1 nodad`,
      `addr add ${far.nat6(number)}/64 dev eth0 nodad`,
      `route replace default via ${far.gateway4}`,
      `route add default via ${gateway6}`,
    ]);
}

const inMachine = async (name: string | null, lines: readonly string[]): Promise<void> => {
  const where = name === null ? [] : ["-n", name];
  await feed("ip", [...where, "-batch", "-"], lines.map((line) => `${line}\n`).join(""));
};
