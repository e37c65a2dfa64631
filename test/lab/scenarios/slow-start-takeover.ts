import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const weight = 100;

export default scenario({
  title:
    "slow start: the weight rises in steps in both tables, and goes on when a router dies midway",
  topology: natPair,
  goals: {},
  async play(lab) {
    const check = { type: "http", path: "/", interval: "300ms", timeout: "300ms", fall: 2 };
    const realServers = Object.fromEntries(
      lab.addresses.realServers.map((address, at) => [`rs${at + 1}`, { address, weight }]),
    );
    const web = { scheduler: "wrr", slow_start: "10s", real_servers: realServers };
    await lab.startPair({ heartbeat: Lab.brisk, check, web });
    const [, address = ""] = lab.addresses.realServers;
    const weightOn = (router: "r1" | "r2"): number | null =>
      destinationsOf(lab[router].table(), `tcp ${lab.addresses.vip}:80`)?.find(({ endpoint }) =>
        endpoint.startsWith(`${address}:`),
      )?.weight ?? null;
    await lab.server("rs2").behave("error-500");
    for (const router of ["r1", "r2"] as const)
      await waitFor(`rs2 is out of ${router}'s table`, 5000, () => weightOn(router) === null);
    await lab.server("rs2").behave("serve");
    await waitFor("rs2 is back", 5000, () => weightOn("r1") !== null);
    const from = lab.now();
    const first = weightOn("r1") ?? 0;
    expect(first < weight / 2, `it begins low, at ${first}`);
    await waitFor("a third of the weight on both", 8000, () => {
      return (weightOn("r1") ?? 0) > weight / 3 && (weightOn("r2") ?? 0) > weight / 3;
    });
    const before = weightOn("r2") ?? 0;
    expect(before < weight, `r1 dies midway, at ${before}`);
    await lab.r1.kill();
    await lab.r2.sees("r2 is active", 5000, (status) => status.state === "active");
    let last = before;
    await waitFor("the whole weight", 12_000, () => {
      const now = weightOn("r2") ?? 0;
      expect(now >= last, `the weight fell from ${last} to ${now} after the takeover`);
      last = now;
      return now === weight;
    });
    const took = lab.now() - from;
    lab.say(`whole after ${(took / 1000).toFixed(1)} s, r2 took over at ${before}`);
    expect(took > 7000, `it rises for as long as it is to: ${took.toFixed(0)} ms`);
    return {};
  },
});
