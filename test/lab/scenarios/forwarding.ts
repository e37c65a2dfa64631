import { Client } from "../actors/client.ts";
import type { ConfigObject } from "../actors/pair-config.ts";
import { bootByIfupdown, bootByNetworkd, prepareServer } from "../actors/prepared-server.ts";
import type { Router } from "../actors/router.ts";
import { answering } from "../instruments/answering.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { addFarClient, far, farLeaves, farMachine } from "../machine/far-client.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const check = { type: "tcp", interval: "2s", timeout: "1s" };

interface Way {
  readonly port: number;
  readonly family: 4 | 6;
  /** Of the real servers, where it is not the VIP's. */
  readonly to?: 4 | 6;
  readonly protocol?: "sctp";
  readonly config: ConfigObject;
  readonly realPort?: number;
  /** For a second VIP, which the real server does not hold. */
  readonly method?: "iptables";
  /** What its script would do another one's has done: a script takes seconds here. */
  readonly prepared?: true;
}

const tunnel = (type: string, more: ConfigObject = {}): ConfigObject => ({
  forwarding: "tunnel",
  tunnel: { type, ...more },
});
const gue = (port: number, checksum: boolean | string): ConfigObject =>
  tunnel("gue", { port, checksum });

/** Each is one virtual server, and has a client of its own. */
const ways: Readonly<Record<string, Way>> = {
  nat4: { port: 81, family: 4, realPort: 80, config: { forwarding: "nat" } },
  nat6: { port: 81, family: 6, realPort: 80, config: { forwarding: "nat" } },
  direct4: { port: 82, family: 4, config: { forwarding: "direct" } },
  redirected4: { port: 90, family: 4, method: "iptables", config: { forwarding: "direct" } },
  direct6: { port: 82, family: 6, config: { forwarding: "direct" } },
  ipip4: { port: 83, family: 4, config: tunnel("ipip") },
  ipip6: { port: 83, family: 6, config: tunnel("ipip") },
  mixed4: { port: 84, family: 4, to: 6, config: tunnel("ipip") },
  mixed6: { port: 84, family: 6, to: 4, config: tunnel("ipip") },
  gue4: { port: 85, family: 4, config: gue(5551, false) },
  gue6: { port: 85, family: 6, config: gue(5552, true) },
  remote4: { prepared: true, port: 86, family: 4, config: gue(5551, "remote") },
  gre4: { port: 87, family: 4, config: tunnel("gre", { checksum: true }) },
  gre6: { port: 87, family: 6, config: tunnel("gre") },
  sctp4: { prepared: true, port: 88, family: 4, protocol: "sctp", config: { forwarding: "nat" } },
  sctp6: { prepared: true, port: 88, family: 6, protocol: "sctp", config: { forwarding: "nat" } },
  straight4: {
    prepared: true,
    port: 89,
    family: 4,
    protocol: "sctp",
    config: { forwarding: "direct" },
  },
  straight6: {
    prepared: true,
    port: 89,
    family: 6,
    protocol: "sctp",
    config: { forwarding: "direct" },
  },
  packed4: { prepared: true, port: 91, family: 4, protocol: "sctp", config: tunnel("ipip") },
  packed6: { prepared: true, port: 91, family: 6, protocol: "sctp", config: tunnel("ipip") },
};

/** One virtual server whose real servers have a method each; what they need is prepared. */
const everyMethod = (lab: Lab): ConfigObject => ({
  address: `${lab.addresses.vip}/24`,
  device: "eth0",
  port: 92,
  scheduler: "rr",
  check,
  real_servers: {
    nat: { address: lab.addresses.realServers[0], forwarding: "nat" },
    direct: { address: far.direct4(1), forwarding: "direct" },
    // IPv4 in IPv6, as the way `mixed4`.
    tunnel: { address: far.direct6(1), forwarding: "tunnel" },
  },
});

/** Connections went to each of its real servers by the method of that one. */
async function allMethodsUsed(lab: Lab, router: Router): Promise<void> {
  const service = `${lab.addresses.vip}:92`;
  await waitFor(`${router.name} uses each method of one virtual server`, 10_000, async () => {
    const listed = await router.output("ipvsadm", "-Ln", "--stats", "-t", service);
    const counts = Array.from(listed.matchAll(/^ {2}-> \S+ +(\d+)/gm), ([, count]) =>
      Number(count),
    );
    return counts.length === 3 && counts.every((count) => count > 0);
  });
}

const names = Object.keys(ways);
const portOf = ({ port, realPort = port }: Way): number => realPort;
const vipOf = (lab: Lab, { family, method }: Way): string =>
  family === 6 ? far.vip6 : method === undefined ? lab.addresses.vip : lab.addresses.vip2;

function configOf(lab: Lab, way: Way) {
  const { port, family, to = family, protocol, config, realPort } = way;
  const { realServers } = lab.addresses;
  const isNat = config.forwarding === "nat";
  const real_servers = Object.fromEntries(
    realServers.map((natAddress, index) => {
      const number = index + 1;
      const own = to === 4 ? natAddress : far.nat6(number);
      const near = to === 4 ? far.direct4(number) : far.direct6(number);
      const mapped = realPort === undefined ? {} : { port: realPort };
      return [`rs${number}`, { address: isNat ? own : near, ...mapped }];
    }),
  );
  const address = `${vipOf(lab, way)}/${family === 4 ? 24 : 64}`;
  const known = protocol === undefined ? { check } : { protocol };
  return { address, device: "eth0", port, scheduler: "rr", ...config, ...known, real_servers };
}

/** What the scripts for real servers may have changed on the only one. */
const machineState = (): Promise<string> =>
  output(
    ...["ip", "netns", "exec", "rs1", "sh", "-c"],
    "iptables-legacy -t nat -S; ip -o addr show scope global; ip rule; ip -6 rule; ip fou show 2>/dev/null; ip -br link show up",
  );

const methodOf = ({ method }: Way) => (method === undefined ? {} : { method });

/** Of all that hear who asks for the VIPs, the active router alone answers. */
async function onlyTheRouterAnswers(lab: Lab): Promise<void> {
  const { mac } = lab.network.link("r1", "public");
  for (const address of [lab.addresses.vip, lab.addresses.vip2]) {
    const answered = await answering("gateway", address);
    lab.say(`${address} is at ${answered.join(", ")}`);
    expect(answered.join() === mac, `r1 alone answers for ${address}: ${answered}`);
  }
}

/** Runs every script there, or its reverse; what has a script of its own alone. */
async function prepareForAll(lab: Lab, undo: boolean): Promise<void> {
  const own = names.filter((name) => !(ways[name] as Way).prepared);
  for (const virtualServer of undo ? own.toReversed() : own)
    await prepareServer(lab.r1.configFile, {
      machine: "rs1",
      virtualServer,
      realServer: "rs1",
      undo,
      ...methodOf(ways[virtualServer] as Way),
      environment: ["KEEP_DEFAULT=yes"],
    });
}

/** The files for managers of networks do for tunnels what the scripts do: its client is served. */
async function bootedServe(lab: Lab, clients: ReadonlyMap<string, Client>): Promise<void> {
  const file = lab.r1.configFile;
  const asked = (virtualServer: string) => ({ machine: "rs1", realServer: "rs1", virtualServer });
  for (const [name, boot] of [
    ["gue4", () => bootByIfupdown(file, asked("gue4"))],
    ["gre6", () => bootByIfupdown(file, asked("gre6"))],
    ["ipip4", () => bootByNetworkd(file, asked("ipip4"), ["tunl0"])],
    ["ipip6", () => bootByNetworkd(file, asked("ipip6"), ["ip6tnl0"])],
  ] as const) {
    const client = clients.get(name) as Client;
    const takeBack = await boot();
    await lab.served(client, 20_000);
    lab.say(`${name} is served by what a manager of networks has set up at boot`);
    await takeBack();
  }
}

export default scenario({
  title: "every forwarding method, in both families and SCTP: a client elsewhere, a failover",
  topology: { ...natPair, realServers: 1 },
  goals: {
    outage: { what: "every forwarding method: longest outage", unit: "ms", atMost: 4500 },
  },
  limitSeconds: 180,
  leaves: farLeaves,
  async play(lab) {
    await addFarClient(lab);
    const virtualServers: Record<string, ConfigObject> = Object.fromEntries(
      names.map((name) => [name, configOf(lab, ways[name] as Way)]),
    );
    virtualServers.every4 = everyMethod(lab);
    const nat_router = {
      address: [`${lab.addresses.natRouter}/24`, `${far.natRouter6}/64`],
      device: "eth1",
    };
    lab.configurePair({
      heartbeat: Lab.patient,
      check,
      web: { active: false },
      virtualServers,
      top: { nat_router },
    });
    const ports = names.map((name) => portOf(ways[name] as Way));
    const unprepared = await machineState();
    await prepareForAll(lab, false);
    const { vip, realServers } = lab.addresses;
    const sctp = [
      `${realServers[0]}@88`,
      `${far.nat6(1)}@88`,
      ...[vip, far.vip6].flatMap((held) => [`${held}@89`, `${held}@91`]),
    ];
    await lab.server("rs1").start([...new Set([...ports, 92])], sctp);
    lab.say("the real servers are prepared");
    await Promise.all(lab.routers.map((router) => router.start()));
    await lab.r1.reaches("active", 20_000);
    for (const router of lab.routers)
      await waitFor(`${router.name} has every service with its real server`, 20_000, () => {
        const found = router.table().map(({ destinations }) => destinations.length);
        return found.filter((count) => count === 1).length === names.length && found.includes(3);
      });
    const clients: [string, Client][] = [];
    for (const name of names) {
      const way = ways[name] as Way;
      const { port, protocol = "tcp" } = way;
      const address = vipOf(lab, way);
      const client = await Client.start(farMachine, { address, port, protocol, intervalMs: 100 });
      lab.endWith(() => client.kill());
      clients.push([name, client]);
    }
    const ofEvery = { address: lab.addresses.vip, port: 92, intervalMs: 100 };
    const every = await Client.start(farMachine, ofEvery);
    lab.endWith(() => every.kill());
    clients.push(["every4", every]);
    const everyOneServed = async (when: string): Promise<number> => {
      for (const [, client] of clients) await lab.served(client, 10_000);
      let longest = 0;
      for (const [name, client] of clients) {
        const { byServer, byFailure, outage } = await client.report();
        lab.say(
          `${when}, ${name}: ${JSON.stringify(byServer)} ${JSON.stringify(byFailure)} ${outage.toFixed(0)} ms`,
        );
        expect(Object.keys(byServer).length === 1, `${name}: its real server answer, ${when}`);
        longest = Math.max(longest, outage);
      }
      return longest;
    };
    await everyOneServed("at first");
    await allMethodsUsed(lab, lab.r1);
    await onlyTheRouterAnswers(lab);
    for (const [, client] of clients) client.mark();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    const outage = await everyOneServed("after the failover");
    await allMethodsUsed(lab, lab.r2);
    await prepareForAll(lab, true);
    expect((await machineState()) === unprepared, "the scripts' undoing leaves nothing behind");
    await bootedServe(lab, new Map(clients));
    return { outage };
  },
});
