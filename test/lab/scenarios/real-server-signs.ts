import type { ConfigObject } from "../actors/pair-config.ts";
import { Nginx } from "../actors/real-server.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** A network card that nobody has. */
const nobody = "02:00:00:00:0f:ff";
const release = (number: number): string => `release ${number}\n`;
/** What node_exporter says of a machine with one processor. */
const metrics = (load: number): string =>
  `node_cpu_seconds_total{cpu="0",mode="idle"} 5\nnode_load1 ${load}\n`;
/** Longer than the scenario: what is found before it was found by the handshakes. */
const rareMs = 300_000;

const ports = { agree: 81, remove: 82, ramp: 83, load: 84 } as const;
type Name = keyof typeof ports;

class Play {
  readonly lab: Lab;
  readonly servers: readonly Nginx[];

  constructor(lab: Lab) {
    this.lab = lab;
    this.servers = lab.servers.map(({ name }) => new Nginx(name));
  }

  server(name: string): Nginx {
    const found = this.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  /** In the kernel of a router, by the real server's name; null: it is not there. */
  weight(router: "r1" | "r2", port: number, server: string): number | null {
    const { vip, realServers } = this.lab.addresses;
    const address = realServers[this.lab.servers.findIndex(({ name }) => name === server)];
    const found = destinationsOf(this.lab[router].table(), `tcp ${vip}:${port}`);
    return found?.find(({ endpoint }) => endpoint.startsWith(`${address}:`))?.weight ?? null;
  }

  onBoth(what: string, holds: (router: "r1" | "r2") => boolean, within = 15_000): Promise<unknown> {
    return waitFor(what, within, () => holds("r1") && holds("r2"));
  }

  count(router: "r1" | "r2", kind: string, server: string): number {
    return this.lab[router]
      .events()
      .filter((each) => each.event === "check" && each.kind === kind)
      .filter((each) => "real_server" in each && each.real_server === server).length;
  }
}

/** Each virtual server with a page of its own, at a port of the real servers that stays open. */
function virtualServers(lab: Lab): Record<Name, ConfigObject> {
  const rhythm = { interval: "1s", timeout: "5s", fall: 2 };
  const device = "eth0";
  const one = (name: Name, weight: number, keys: ConfigObject, check: ConfigObject) => ({
    address: `${lab.addresses.vip}/24`,
    device,
    port: ports[name],
    scheduler: "wrr",
    ...keys,
    check: { type: "http", path: `/files/${name}`, ...rhythm, ...check },
    real_servers: Object.fromEntries(
      lab.addresses.realServers.map((address, at) => {
        return [`rs${at + 1}`, { address, port: 81, weight }];
      }),
    ),
  });
  const load_monitor = { type: "prometheus", port: 81, interval: "1s" };
  return {
    agree: one("agree", 1, {}, { content: "agree" }),
    remove: one("remove", 1, {}, { content: "agree-or-remove" }),
    ramp: one("ramp", 1, { slow_start: "60s" }, {}),
    load: one("load", 100, { load_monitor }, {}),
  };
}

/** The machine drops what clients send: their handshakes are stuck in the kernel's list. */
async function handshakesGetStuck(play: Play): Promise<void> {
  const { lab } = play;
  const client = await lab.startClient();
  const rule = ["INPUT", "-p", "tcp", "--dport", "80", "-j", "DROP"];
  await output("ip", "netns", "exec", "rs3", "iptables-legacy", "-A", ...rule);
  const from = lab.now();
  await play.onBoth("rs3 has left", (router) => play.weight(router, 80, "rs3") === null, 60_000);
  const took = lab.now() - from;
  lab.say(`rs3 left ${(took / 1000).toFixed(1)} s after its SYNs were dropped`);
  expect(play.count("r1", "stuck", "web/rs3") > 0, "the handshakes said so");
  await lab.served(client);
  await client.kill();
}

/** A server with stale content is named, and taken out only where that is asked for. */
async function contentDiffers(play: Play): Promise<void> {
  for (const name of ["agree", "remove"]) play.server("rs2").write(name, release(6));
  await play.onBoth("the stale one leaves the one virtual server", (router) => {
    return play.weight(router, ports.remove, "rs2") === null;
  });
  await waitFor("and is named in the other", 15_000, () => {
    return play.count("r1", "differs", "agree/rs2") === 1;
  });
  expect(play.weight("r1", ports.agree, "rs2") === 1, "where it keeps its traffic");
  const { virtual_servers } = await play.lab.r1.status();
  const shown = virtual_servers.find(({ name }) => name === "remove")?.real_servers[1];
  expect(
    shown?.check.last_error?.includes("2 of 3 real servers have") === true,
    `status says why: ${shown?.check.last_error}`,
  );
  for (const name of ["agree", "remove"]) play.server("rs2").write(name, release(7));
  await play.onBoth("with the same release it is back", (router) => {
    return play.weight(router, ports.remove, "rs2") === 1;
  });
  await waitFor("and that is said", 15_000, () => play.count("r1", "agrees", "agree/rs2") === 1);
}

/** A weight of 1 has no steps: all are multiplied while one of them rises. */
async function weightsAreScaled(play: Play): Promise<void> {
  const { lab } = play;
  const of = (server: string, router: "r1" | "r2" = "r1") =>
    play.weight(router, ports.ramp, server) ?? 0;
  play.server("rs2").write("ramp", null);
  await play.onBoth("rs2 is out", (router) => play.weight(router, ports.ramp, "rs2") === null);
  play.server("rs2").write("ramp", "here");
  await play.onBoth("rs2 is back with a part", (router) => {
    const risen = of("rs2", router);
    const whole = of("rs1", router);
    return risen > 0 && risen < whole && whole === 100;
  });
  const client = await lab.startClient({ port: ports.ramp, intervalMs: 10 });
  await waitFor("the client was served 150 times", 15_000, async () => {
    return (await client.report()).served >= 150;
  });
  const { byServer, served } = await client.report();
  const risen = of("rs2");
  const share = (byServer.rs2 ?? 0) / served;
  expect(of("rs1") === 100, "it has not risen yet");
  lab.say(`rs2 had ${(100 * share).toFixed(0)} % of ${served} with a weight of ${risen} at last`);
  // What it would have with its weight of the end, and a connection of each round on top.
  expect(share <= risen / (200 + risen) + 0.05, `its share follows its weight: ${share}`);
  expect(share < 0.31, "and is smaller than a third");
  await client.kill();
}

/** What a load monitor has found is in both tables, and a takeover changes nothing of it. */
async function loadOutlivesTheRouter(play: Play): Promise<void> {
  const { lab } = play;
  play.server("rs1").write("metrics", metrics(1.4));
  await play.onBoth(
    "rs1 has half of its weight on both",
    (router) => {
      const weight = play.weight(router, ports.load, "rs1") ?? 100;
      return weight >= 48 && weight <= 56;
    },
    30_000,
  );
  const before = play.weight("r2", ports.load, "rs1") ?? 0;
  await lab.r1.powerOff();
  let highest = before;
  await waitFor("r2 is active", 10_000, async () => {
    highest = Math.max(highest, play.weight("r2", ports.load, "rs1") ?? 0);
    return (await lab.r2.status()).state === "active";
  });
  await lab.stays(3000, "the weight stays after the takeover", () => {
    highest = Math.max(highest, play.weight("r2", ports.load, "rs1") ?? 0);
    return highest <= 56;
  });
  const others = play.weight("r2", ports.load, "rs2");
  expect(others === 100, `the others have their whole weight: ${others}`);
  lab.say(`rs1 had weight ${before} before the takeover, and ${highest} at most after it`);
}

/** r2 alone has the wrong network card for rs2 all the while, and nothing comes of it but a name. */
async function ownPathIsNamed(play: Play): Promise<void> {
  const { lab } = play;
  const event = "agree/rs2";
  await waitFor("r2 names what it alone does not reach", 60_000, () => {
    return play.count("r2", "unreached", event) === 1;
  });
  const status = await lab.r2.status();
  const shown = status.virtual_servers.find(({ name }) => name === "agree")?.real_servers[1];
  expect(shown?.state === "up", `it stays up there: ${shown?.state}`);
  expect(shown?.own_path?.reached === false, `status says it: ${JSON.stringify(shown?.own_path)}`);
  expect(play.count("r1", "unreached", event) === 0, "r1 says nothing");
}

/** What the standby does not reach itself changes nothing there, however long it lasts. */
function nothingFlapped({ lab }: Play): void {
  const downs = (router: "r1" | "r2") =>
    lab[router]
      .events()
      .filter((each) => each.event === "real_server" && each.kind === "down")
      .filter((each) => "virtual_server" in each && each.virtual_server === "agree").length;
  expect(downs("r2") <= downs("r1"), "r2 has it down when r1 has");
}

export default scenario({
  title:
    "signs of real servers: the standby alone does not reach one, handshakes are stuck, content is " +
    "stale; weights that rise in fractions or follow the load are in both kernels over a failover",
  topology: natPair,
  goals: {},
  limitSeconds: 300,
  async play(lab) {
    const play = new Play(lab);
    for (const server of play.servers) {
      for (const name of ["agree", "remove"]) server.write(name, release(7));
      for (const name of ["ramp", "load"]) server.write(name, "here");
      server.write("metrics", metrics(0.2));
      await server.start();
      lab.endWith(async () => server.kill());
    }
    const check = { type: "tcp", interval: `${rareMs / 1000}s`, timeout: "2s", fall: 2 };
    // The tries of the standby are spread over a minute in the order of the file.
    const { agree, ...others } = virtualServers(lab);
    lab.configurePair({ heartbeat: Lab.patient, check, virtualServers: { ...others, agree } });
    const [, rs2 = ""] = lab.addresses.realServers;
    const neighbour = ["ip", "neigh"] as const;
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await lab.settled(40_000);
    await lab.r2.output(...neighbour, "replace", rs2, "lladdr", nobody, "dev", "eth1");
    await handshakesGetStuck(play);
    await contentDiffers(play);
    await weightsAreScaled(play);
    await ownPathIsNamed(play);
    nothingFlapped(play);
    await lab.r2.output(...neighbour, "del", rs2, "dev", "eth1");
    await loadOutlivesTheRouter(play);
    return {};
  },
});
