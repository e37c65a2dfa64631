import { writeFileSync } from "node:fs";
import type { Scheduler } from "../../../src/model/service.ts";
import { Client } from "../actors/client.ts";
import type { ConfigObject } from "../actors/pair-config.ts";
import { prepareServer } from "../actors/prepared-server.ts";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { addFarClient, far, farLeaves, farMachine } from "../machine/far-client.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

type Shares = Readonly<Record<string, number>>;

const names = ["rs1", "rs2", "rs3"];
const of = (shares: Shares): readonly number[] => names.map((name) => shares[name] ?? 0);
const near = (shares: Shares, wanted: readonly number[], off: number): boolean =>
  of(shares).every((count, at) => Math.abs(count - (wanted[at] ?? 0)) <= off);
const oneAlone = (shares: Shares): boolean => of(shares).filter((count) => count > 0).length === 1;
const several = (shares: Shares): boolean => !oneAlone(shares);

interface Spread {
  readonly scheduler: Scheduler;
  readonly flags?: readonly string[];
  /** Connections that stay open; the others are short, 60 of them. */
  readonly held?: number;
  readonly connections?: ConfigObject;
  readonly right: (shares: Shares) => boolean;
}

/** What one client sees of rs1, rs2 and rs3 with the weights 1, 2 and 3 (ipvsadm(8)). */
const spreads: Readonly<Record<string, Spread>> = {
  rr: { scheduler: "rr", right: (shares) => near(shares, [20, 20, 20], 4) },
  wrr: { scheduler: "wrr", right: (shares) => near(shares, [10, 20, 30], 4) },
  lc: { scheduler: "lc", held: 12, right: (shares) => near(shares, [4, 4, 4], 0) },
  wlc: { scheduler: "wlc", held: 12, right: (shares) => near(shares, [2, 4, 6], 1) },
  sed: { scheduler: "sed", held: 12, right: (shares) => near(shares, [2, 4, 6], 1) },
  // An idle one first, which is each of them once; then as sed.
  nq: { scheduler: "nq", held: 3, right: (shares) => near(shares, [1, 1, 1], 0) },
  // By the destination, of which there is one, or by the client.
  lblc: { scheduler: "lblc", right: oneAlone },
  lblcr: { scheduler: "lblcr", right: oneAlone },
  dh: { scheduler: "dh", right: oneAlone },
  sh: { scheduler: "sh", right: oneAlone },
  mh: { scheduler: "mh", right: oneAlone },
  "sh-port": { scheduler: "sh", flags: ["sh-port"], right: several },
  "mh-port": { scheduler: "mh", flags: ["mh-port"], right: several },
  // The greatest weight alone; and until it has more connections than that.
  fo: { scheduler: "fo", right: (shares) => oneAlone(shares) && shares.rs3 !== undefined },
  ovf: { scheduler: "ovf", held: 6, right: (shares) => near(shares, [0, 2, 4], 0) },
  // rs1 takes two, whatever its turn is.
  thresholds: {
    scheduler: "rr",
    held: 12,
    connections: { max: 2, min: 1 },
    right: (shares) => near(shares, [2, 5, 5], 0),
  },
};

const firstPort = 8001;
const stayPort = 7001;
const stay6Port = 7002;
const plainPort = 5301;
const oncePort = 5302;
const sipPort = 5060;
const otherNetwork4 = "172.20.2.50";
const otherNetwork6 = "fd99:0:0:1::50";

function servicesOf(lab: Lab): Record<string, ConfigObject> {
  const { vip, length, realServers } = lab.addresses;
  const service = (port: number, real: number, more: ConfigObject, first: ConfigObject = {}) => ({
    address: `${vip}/${length}`,
    device: "eth0",
    port,
    check: { type: "none" },
    real_servers: Object.fromEntries(
      realServers.map((address, at) => [
        `rs${at + 1}`,
        { address, port: real, weight: at + 1, ...(at === 0 ? first : {}) },
      ]),
    ),
    ...more,
  });
  const spread = Object.entries(spreads).map(([name, { scheduler, flags, connections }], at) => {
    const more = { scheduler, ...(flags === undefined ? {} : { scheduler_flags: flags }) };
    const first = connections === undefined ? {} : { connections };
    return [name, service(firstPort + at, 80, more, first)] as const;
  });
  const rr = { scheduler: "rr" };
  const udp = { ...rr, protocol: "udp" };
  const six = names.map((name, at) => [name, { address: far.nat6(at + 1), port: 80 }] as const);
  return {
    ...Object.fromEntries(spread),
    stay: service(stayPort, 80, {
      ...rr,
      persistence: { timeout: "60s", netmask: "255.255.255.0" },
    }),
    stay6: {
      ...service(stay6Port, 80, { ...rr, persistence: { timeout: "60s", netmask: "64" } }),
      address: `${far.vip6}/64`,
      real_servers: Object.fromEntries(six),
    },
    plain: service(plainPort, 53, udp),
    once: service(oncePort, 53, { ...udp, one_packet: true }),
    sip: service(sipPort, 53, { ...udp, persistence: { timeout: "60s", engine: "sip" } }),
  };
}

/** Short connections, or such as stay open, by the real server that answered. */
async function seen(lab: Lab, port: number, held: number | undefined): Promise<Shares> {
  const { vip } = lab.addresses;
  const intervalMs = held === undefined ? 5 : 60_000;
  const client = await Client.start("client", { address: vip, port, intervalMs, held: held ?? 0 });
  try {
    if (held !== undefined)
      return await waitFor(`${held} connections at port ${port}`, 15_000, async () => {
        const { open, byServer } = await client.held();
        return open === held && byServer;
      });
    await waitFor(`60 connections at port ${port}`, 15_000, async () => {
      return (await client.report()).served >= 60;
    });
    await client.stop();
    const { byServer, served } = await client.report();
    return Object.fromEntries(
      Object.entries(byServer).map(([name, count]) => [name, (count * 60) / served]),
    );
  } finally {
    await client.kill();
  }
}

const onFar = async (...argv: readonly string[]): Promise<string> =>
  (await output("ip", "netns", "exec", farMachine, ...argv)).trim();

const web = (url: string, from: string): Promise<string> =>
  onFar("curl", "-sSg", "--max-time", "5", "--interface", from, url);

/** One datagram from a port; the answer. */
const ask = (lab: Lab, port: number, source: number, text: string): Promise<string> =>
  onFar(
    ...["sh", "-c", 'printf "$0" | socat -t 0.3 - "$1"', text],
    `UDP:${lab.addresses.vip}:${port},sourceport=${source},reuseaddr`,
  );

async function persistence(lab: Lab): Promise<void> {
  const { vip } = lab.addresses;
  for (const [url, ...froms] of [
    [`http://${vip}:${stayPort}/`, far.client4, "172.20.1.51", otherNetwork4],
    [`http://[${far.vip6}]:${stay6Port}/`, "fd99::50", "fd99::51", otherNetwork6],
  ] as const) {
    const at = [];
    for (const from of [...froms, ...froms]) at.push(await web(url, from));
    const [one, neighbour, stranger] = at;
    lab.say(`persistence by network: ${at.join(" ")}`);
    expect(one === neighbour && one !== stranger, `${url}: a network stays together: ${at}`);
    expect(at.slice(3).join() === at.slice(0, 3).join(), `${url}: and stays: ${at}`);
  }
}

async function datagrams(lab: Lab): Promise<void> {
  const plain = new Set<string>();
  for (let time = 0; time < 4; time++) plain.add(await ask(lab, plainPort, 4001, "who"));
  expect(plain.size === 1, `one port of UDP is one connection: ${[...plain]}`);
  const before = await Promise.all(lab.servers.map((server) => server.requests()));
  // NAT changes no answer where no connection is kept, so that the client takes none.
  for (let time = 0; time < 6; time++) {
    const answer = await ask(lab, oncePort, 4002, "who");
    expect(answer === "", `an answer to one packet comes from elsewhere: ${answer}`);
  }
  const counted = async () =>
    (await Promise.all(lab.servers.map((server) => server.requests()))).map(
      (count, at) => count - (before[at] ?? 0),
    );
  await waitFor("each has got two of six datagrams", 5000, async () => {
    return (await counted()).join() === "2,2,2";
  });
  const calls = new Map<string, Set<string>>();
  const sip = (call: string): string =>
    `OPTIONS sip:lab SIP/2.0\\r\\nVia: SIP/2.0/UDP lab\\r\\nCall-ID: ${call}\\r\\nContent-Length: 0\\r\\n\\r\\n`;
  // From another port each time: datagrams of one port are one connection.
  let source = 4010;
  for (let time = 0; time < 3; time++)
    for (const call of ["first-call@lab", "other-call@lab", "third-call@lab"]) {
      const at = calls.get(call) ?? new Set();
      source += 1;
      calls.set(call, at.add(await ask(lab, sipPort, source, sip(call))));
    }
  lab.say(`calls: ${[...calls].map(([call, at]) => `${call} ${[...at]}`).join("; ")}`);
  expect(
    [...calls.values()].every((at) => at.size === 1),
    "each call stays at one server",
  );
  expect(new Set([...calls.values()].flatMap((at) => [...at])).size > 1, "calls are spread");
}

/** The table with all of that as text, and from that text again once lvsd has emptied it. */
async function savedAndRestored(router: Router): Promise<void> {
  const { stdout: saved } = await router.lvsd("ipvs", "save");
  const lines = saved.trim().split("\n");
  for (const words of [
    /-s mh -b mh-port$/,
    /-s sh -b sh-fallback$/,
    /-M 255\.255\.255\.0/,
    /--pe sip/,
    / -o\b/,
    / -x 2 -y 1\b/,
  ])
    expect(
      lines.some((line) => words.test(line)),
      `${words} is in what is saved: ${saved}`,
    );
  await router.stop();
  const listed = (): Promise<string> => router.output("ipvsadm", "-Sn");
  expect((await listed()) === "", "lvsd has left nothing in the table");
  const file = `${router.directory}/saved-table`;
  writeFileSync(file, saved);
  const restored = await router.lvsd("ipvs", "restore", file);
  expect(restored.status === 0, `restored: ${restored.stderr}`);
  const again = (await router.lvsd("ipvs", "save")).stdout.trim().split("\n");
  const sorted = (of: readonly string[]): string => of.toSorted().join("\n");
  expect(sorted(again) === sorted(lines), `it is the same again: ${again.join("; ")}`);
  await router.output("ipvsadm", "-C");
}

export default scenario({
  title: "every scheduler and option of IPVS does to a client what ipvsadm(8) says",
  topology: natPair,
  goals: {},
  limitSeconds: 180,
  leaves: farLeaves,
  async play(lab) {
    await addFarClient(lab);
    await output("ip", "-n", "gateway", "route", "add", "172.20.2.0/24", "dev", "far-cable");
    await output("ip", "-n", "gateway", "route", "add", "fd99:0:0:1::/64", "dev", "far-cable");
    for (const address of [
      `172.20.1.51/24`,
      `${otherNetwork4}/32`,
      "fd99::51/64",
      `${otherNetwork6}/128`,
    ])
      await output(
        "ip",
        "-n",
        farMachine,
        "addr",
        "add",
        address,
        "dev",
        "eth0",
        ...(address.includes(":") ? ["nodad"] : []),
      );
    const gateways = [`${lab.addresses.natRouter}/24`, `${far.natRouter6}/64`];
    lab.configurePair({
      heartbeat: Lab.patient,
      single: true,
      web: { active: false },
      virtualServers: servicesOf(lab),
      top: {
        nat_router: { address: gateways, device: "eth1" },
        timeouts: { tcp: "1000s", tcp_fin: "90s", udp: "200s" },
      },
    });
    for (const { name } of lab.servers)
      for (const virtualServer of ["stay", "stay6"])
        await prepareServer(lab.r1.configFile, { machine: name, virtualServer, realServer: name });
    await lab.startServers();
    await lab.r1.start();
    await lab.r1.reaches("active", 20_000);
    await waitFor("the table is whole", 20_000, async () => {
      return (await lab.r1.longTable()).every(({ destinations }) => destinations.length === 3);
    });
    const timeouts = await lab.r1.output("ipvsadm", "-L", "--timeout");
    expect(/: 1000 90 200$/m.test(timeouts.trim()), `timeouts: ${timeouts}`);
    for (const [at, [name, { held, right }]] of Object.entries(spreads).entries()) {
      const shares = await seen(lab, firstPort + at, held);
      lab.say(
        `${name}: ${of(shares)
          .map((count) => count.toFixed(0))
          .join(" ")}`,
      );
      expect(right(shares), `${name} spreads as it should`);
    }
    await persistence(lab);
    await datagrams(lab);
    await savedAndRestored(lab.r1);
    return {};
  },
});
