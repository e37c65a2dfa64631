import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { readNet } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** One process behind many addresses; every seventh or so of them drops what it is sent. */
const count = 1000;
const down = 137;
const hostOf = (at: number): string => `10.99.${at >> 8}.${at & 255}`;
const dead = Array.from({ length: down }, (_, at) => hostOf(1 + at * 7));

export default scenario({
  title: "1,000 real servers, 137 down: after a takeover no client is sent to a dead one",
  topology: natPair,
  goals: {
    strays: { what: "connections to dead ones", unit: "connections", atMost: 0, exact: true },
  },
  limitSeconds: 300,
  async play(lab) {
    await output("ip", "-n", "rs1", "route", "add", "local", "10.99.0.0/16", "dev", "lo");
    for (const host of dead)
      await output("ip", "-n", "rs1", "route", "add", "blackhole", host, "table", "local");
    const [via = ""] = lab.addresses.realServers;
    for (const { name } of lab.routers)
      await output("ip", "-n", name, "route", "add", "10.99.0.0/16", "via", via);
    const real_servers = Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`rs${at}`, { address: hostOf(at) }]),
    );
    const check = { type: "tcp", interval: "4s", timeout: "2s", fall: 1 };
    await lab.startServers();
    lab.configurePair({
      heartbeat: { interval: "250ms", dead_after: "2s" },
      web: { check, real_servers },
    });
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    const name = `tcp ${lab.addresses.vip}:80`;
    const served = (router: "r1" | "r2") => destinationsOf(lab[router].table(), name) ?? [];
    await lab.r1.reaches("active", 30_000);
    for (const router of ["r1", "r2"] as const)
      await waitFor(`${router} serves ${count - down}`, 120_000, () => {
        return served(router).length === count - down;
      });
    const client = await lab.startClient();
    lab.say(`${count - down} of ${count} are served on both`);
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 20_000);
    await lab.served(client, 30_000);
    const isDead = (endpoint: string): boolean =>
      dead.some((host) => endpoint.startsWith(`${host}:`));
    expect(!served("r2").some(({ endpoint }) => isDead(endpoint)), "no dead one is served");
    const hex = dead.map((host) =>
      Buffer.from(host.split(".").map(Number)).toString("hex").toUpperCase(),
    );
    const listed = readNet("r2", "ip_vs_conn").split("\n");
    const strays = listed.filter((line) => hex.some((each) => line.includes(` ${each} 0050`)));
    expect(listed.length > 20, `r2 has balanced connections: ${listed.length}`);
    return { strays: strays.length };
  },
});
