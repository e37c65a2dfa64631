import type { DoctorReport } from "../../../src/cli/machine/doctor.ts";
import { Client } from "../actors/client.ts";
import { sayWhoCalls, sourceSeen } from "../actors/opened-by-servers.ts";
import type { ConfigObject } from "../actors/pair-config.ts";
import { prepareServer } from "../actors/prepared-server.ts";
import type { Router } from "../actors/router.ts";
import { answering } from "../instruments/answering.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { addFarClient, far, farLeaves, farMachine } from "../machine/far-client.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const heartbeat = { interval: "1s", dead_after: "20s" };
const check = { type: "tcp", interval: "10s", timeout: "9s", fall: 3 };

/** VIPs of direct routing, by the method that prepares the only real server of each. */
const prepared = [
  { method: "nft", server: "rs3", number: 3, vip: "192.168.26.11", port: 81 },
  { method: "arptables", server: "rs4", number: 4, vip: "192.168.26.12", port: 82 },
] as const;

const several = ["80", "443", "10000-10010", "53/udp"];

/** Ports of the service by mark that clients use, in both families. */
const used = [
  ["tcp", 80],
  ["tcp", 443],
  ["tcp", 10_005],
  ["udp", 53],
] as const;

/** More clients, as addresses of one machine. */
const others = [60, 61, 62, 63].map((last) => `172.20.1.${last}`);

const table = ["nft", "list", "table", "inet", "lvsd"];
const foreign = "table inet operator {\n\tchain empty {\n\t}\n}\n";

function options(lab: Lab, masquerade: true | string) {
  const { vip, natRouter, realServers } = lab.addresses;
  const [one = "", two = ""] = realServers;
  const direct = prepared.map(({ method, server, number, vip: address, port }) => [
    `by-${method}`,
    {
      address: `${address}/24`,
      device: "eth0",
      port,
      check,
      forwarding: "direct",
      real_servers: { [server]: { address: far.direct4(number) } },
    },
  ]);
  const web: ConfigObject = {
    address: [`${vip}/24`, `${far.vip6}/64`],
    device: "eth0",
    port: undefined,
    ports: several,
    check,
    scheduler: "rr",
    persistence: { timeout: "300s" },
    real_servers: {
      rs1: { address: one },
      rs2: { address: two },
      "rs1-6": { address: far.nat6(1) },
      "rs2-6": { address: far.nat6(2) },
    },
  };
  return {
    heartbeat,
    web,
    virtualServers: Object.fromEntries(direct) as Record<string, ConfigObject>,
    top: {
      nat_router: {
        address: [`${natRouter}/24`, `${far.natRouter6}/64`],
        device: "eth1",
        masquerade,
      },
    },
  };
}

async function prepareServers(lab: Lab): Promise<void> {
  // What the script for NAT does is shown elsewhere, and a script takes seconds here.
  for (const name of ["rs1", "rs2"])
    for (const gateway of [lab.addresses.natRouter, far.natRouter6])
      await output("ip", "-n", name, "route", "replace", "default", "via", gateway);
  for (const { method, server } of prepared)
    await prepareServer(lab.r1.configFile, directly(method, server));
  await lab.startServersOn([80, 443, 10_005, ...prepared.map(({ port }) => port)]);
}

const directly = (method: "nft" | "arptables", server: string, undo = false) => ({
  machine: server,
  virtualServer: `by-${method}`,
  realServer: server,
  method,
  undo,
});

/** What the scripts of the direct methods may have changed on a real server. */
const stateOf = (machine: string): Promise<string> =>
  output(
    ...["ip", "netns", "exec", machine, "sh", "-c"],
    // arptables leaves its empty chains, whoever uses it.
    "nft list tables | grep -v 'arp filter'; nft list ruleset | grep -E 'addr|redirect';" +
      " ip -o addr show scope global; ip rule",
  );

/** Clients of every port in both families, each of which is served by one real server. */
async function startClients(lab: Lab): Promise<readonly (readonly [4 | 6 | null, Client])[]> {
  const clients: (readonly [4 | 6 | null, Client])[] = [];
  const start = async (family: 4 | 6 | null, address: string, port: number, protocol = "tcp") => {
    const pace = { intervalMs: 500, timeoutMs: 8000 };
    const how = { ...pace, address, port, protocol: protocol as "tcp" | "udp" };
    const client = await Client.start(farMachine, how);
    lab.endWith(() => client.kill());
    clients.push([family, client]);
  };
  for (const [protocol, port] of used) {
    await start(4, lab.addresses.vip, port, protocol);
    await start(6, far.vip6, port, protocol);
  }
  for (const { vip, port } of prepared) await start(null, vip, port);
  return clients;
}

/** Every client is served, those of one family of the marked service by one real server. */
async function everyOneServed(
  lab: Lab,
  clients: readonly (readonly [4 | 6 | null, Client])[],
  when: string,
): Promise<void> {
  const servers = { 4: new Set<string>(), 6: new Set<string>() };
  for (const [family, client] of clients) {
    await waitFor(`a client is served, ${when}`, 20_000, async () => {
      client.mark();
      await lab.elapse(1000);
      const { served, failed } = await client.report();
      return served > 0 && failed === 0;
    });
    if (family !== null)
      for (const name of Object.keys((await client.report()).byServer)) servers[family].add(name);
  }
  lab.say(`${when}: all ports at ${[...servers[4]]}, by IPv6 at ${[...servers[6]]}`);
  expect(servers[4].size === 1 && servers[6].size === 1, `one server for all ports, ${when}`);
}

/** Round robin over clients, whatever port each uses. */
async function spread(lab: Lab): Promise<void> {
  const counts: Record<string, number> = {};
  for (const [index, address] of others.entries()) {
    const url = `http://${lab.addresses.vip}:${index % 2 === 0 ? 80 : 10_005}/`;
    const words = ["curl", "-sSg", "--max-time", "30", "--interface", address, url];
    const name = (await output("ip", "netns", "exec", farMachine, ...words)).trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  lab.say(`four clients: ${JSON.stringify(counts)}`);
  expect(counts.rs1 === 2 && counts.rs2 === 2, `they take turns: ${JSON.stringify(counts)}`);
}

/** The kernel's service by mark in both families, and the mark that status names, agree. */
async function marksOf(router: Router): Promise<string> {
  const { virtual_servers } = await router.status();
  const fwmark = virtual_servers.find(({ name }) => name === "web")?.fwmark;
  const inTable = router.table().filter(({ name }) => name === `fwmark ${fwmark}`);
  expect(inTable.length === 2, `${router.name} balances mark ${fwmark} in both families`);
  const rules = await router.output(...table);
  const sets = `meta mark set 0x${(fwmark ?? 0).toString(16).padStart(8, "0")}`;
  expect(rules.split(sets).length === 5, `a rule for each family and protocol: ${rules}`);
  return rules;
}

/** What lvsd repairs on the active router and on the standby; how long it takes on the former, ms. */
async function repaired(lab: Lab, rules: string): Promise<number> {
  const repairs = (router: Router): number =>
    router
      .events()
      .filter((event) => event.event === "machine" && event.kind === "repaired")
      .filter((event) => JSON.stringify(event).includes("nft table inet lvsd")).length;
  const before = lab.routers.map(repairs);
  const began = lab.now();
  let took = 0;
  await lab.r1.output("nft", "delete", "table", "inet", "lvsd");
  await lab.r2.output("nft", ..."insert rule inet lvsd marks tcp dport 80 drop".split(" "));
  for (const [index, router] of lab.routers.entries()) {
    await waitFor(`${router.name} repairs its table`, 30_000, async () => {
      return (await router.output(...table)) === rules;
    });
    if (router === lab.r1) took = lab.now() - began;
    const counted = (before[index] ?? 0) + 1;
    await waitFor(`${router.name} says so`, 5000, () => repairs(router) === counted);
  }
  lab.say("a table that was deleted and one with another rule are as they were");
  return took;
}

/** Only the active router answers for what the real servers hold, and one that is not prepared. */
async function onlyTheRouterAnswers(lab: Lab): Promise<void> {
  const { mac } = lab.network.link("r1", "public");
  for (const { method, vip } of prepared) {
    const answered = await answering("gateway", vip);
    lab.say(`${method}: ${vip} is at ${answered}`);
    expect(answered.join() === mac, `r1 alone answers for ${vip}: ${answered}`);
  }
  const { method, server, vip } = prepared[1];
  await output("ip", "netns", "exec", server, "arptables", "-F");
  const without = await answering("gateway", vip);
  expect(without.length === 2, `without its rules ${server} answers, too: ${without}`);
  await prepareServer(lab.r1.configFile, directly(method, server));
  const again = await answering("gateway", vip);
  expect(again.join() === mac, `with them no longer: ${again}`);
}

/**
 * Nothing that endangers service; what it advises is of this lab, as that there is no arbiter.
 * Units that start at boot are those of the machine below the guest, whose disk this is.
 */
async function doctorIsContent(lab: Lab): Promise<void> {
  const { status, stdout, stderr } = await lab.r1.lvsd("doctor", "--json");
  const { findings = [] } = JSON.parse(stdout || "{}") as Partial<DoctorReport>;
  for (const { finding, severity, seen } of findings)
    lab.say(`doctor: ${severity} ${finding}: ${seen}`);
  const grave = findings.filter(({ finding, severity, seen }) => {
    const ofThisDisk = finding === "other-balancers" && seen.endsWith("starts at boot");
    return severity !== "advises" && !ofThisDisk;
  });
  expect(status === 0 && grave.length === 0, `doctor finds nothing wrong: ${status} ${stderr}`);
}

export default scenario({
  title: "Debian's own kernel: marks by nftables and IPVS, drift, switchover; nft and arptables",
  topology: { ...natPair, realServers: 4 },
  goals: {
    // Looked at every 10 s; programs take a second to start here.
    repair: {
      what: "Debian's kernel, emulated: nftables table deleted until repaired",
      unit: "ms",
      atMost: 15_000,
    },
  },
  debianKernel: true,
  benchOnly: true,
  limitSeconds: 900,
  leaves: farLeaves,
  async play(lab) {
    await addFarClient(lab);
    for (const address of others)
      await output("ip", "-n", farMachine, "addr", "add", `${address}/24`, "dev", "eth0");
    lab.configurePair(options(lab, lab.addresses.vip));
    const unprepared = await Promise.all(prepared.map(({ server }) => stateOf(server)));
    await prepareServers(lab);
    sayWhoCalls(lab, farMachine);
    lab.say("the real servers are prepared");
    // One after the other: each has 30 s to read its configuration, emulated or not.
    for (const router of lab.routers) await router.start();
    await lab.r1.reaches("active", 60_000);
    for (const router of lab.routers)
      await waitFor(`${router.name} has every service with its real servers`, 20_000, () => {
        return router.table().flatMap(({ destinations }) => destinations).length === 6;
      });
    lab.say("r1 is active, the table is whole on both");
    const rules = await marksOf(lab.r1);
    expect((await marksOf(lab.r2)) === rules, "both routers have the same rules and marks");
    const clients = await startClients(lab);
    await everyOneServed(lab, clients, "at first");
    await spread(lab);
    const source = await sourceSeen("rs1", far.client4);
    expect(source === lab.addresses.vip, `what a real server opens comes from the VIP: ${source}`);
    await onlyTheRouterAnswers(lab);
    await doctorIsContent(lab);

    await lab.r2.output("sh", "-c", `printf '${foreign.replaceAll("\n", "\\n")}' | nft -f -`);
    const repair = await repaired(lab, rules);
    await everyOneServed(lab, clients, "after the repair");

    await lab.r1.switchover();
    await lab.r2.reaches("active", 30_000);
    await everyOneServed(lab, clients, "after the switchover");
    expect((await marksOf(lab.r2)) === rules, "the other router has the same rules");
    const after = await sourceSeen("rs1", far.client4);
    expect(after === lab.addresses.vip, `and still does after the switchover: ${after}`);
    lab.rewrite(options(lab, true));
    const report = await lab.r2.reload();
    expect(report.ok, `reload: ${JSON.stringify(report)}`);
    const own = await sourceSeen("rs2", far.client4);
    expect(own === lab.addresses.routers.r2.public, `then from the router's own address: ${own}`);

    await lab.r2.stop();
    const left = await lab.r2.output("nft", "list", "ruleset");
    expect(left === foreign, `the operator's table is left, and no other: ${left}`);
    await lab.r1.reaches("active", 60_000);
    await everyOneServed(lab, clients, "after the stop");
    for (const [index, { method, server }] of prepared.entries()) {
      await prepareServer(lab.r1.configFile, directly(method, server, true));
      const state = await stateOf(server);
      expect(state === unprepared[index], `${method} leaves nothing behind: ${state}`);
    }
    return { repair };
  },
});
