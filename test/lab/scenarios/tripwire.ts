import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "tripwire: a crashed process leaves the table within 50 ms, although checks are rare",
  topology: natPair,
  goals: {
    gone: { what: "crashed real server leaves the table after", unit: "ms", atMost: 50 },
  },
  runs: 5,
  async play(lab) {
    const check = { type: "http", path: "/", interval: "20s", timeout: "2s", fall: 2 };
    await lab.startPair({ check, web: { tripwire: true } });
    const states = (which: "r1" | "r2", wanted: string) =>
      lab[which].sees(`the tripwires of ${which} are ${wanted}`, 5000, ({ virtual_servers }) =>
        (virtual_servers[0]?.real_servers ?? []).every(({ tripwire }) => tripwire === wanted),
      );
    await states("r1", "held");
    await states("r2", "off");
    const name = `tcp ${lab.addresses.vip}:80`;
    const count = (router: "r1" | "r2") => destinationsOf(lab[router].table(), name)?.length;
    await lab.server("rs2").kill();
    const died = lab.now();
    await waitFor("rs2 is out of r1's table", 5000, () => count("r1") === 2, 2);
    const gone = lab.now() - died;
    lab.say(`rs2 left r1's table after ${gone.toFixed(0)} ms`);
    await waitFor("rs2 is out of r2's table", 5000, () => count("r2") === 2, 5);
    const tripped = lab.r1
      .events()
      .filter(({ event, kind }) => event === "check" && kind === "tripwire");
    expect(tripped.length === 1, `r1 says it once: ${JSON.stringify(tripped)}`);
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await waitFor("r2 holds the two that are left", 5000, async () => {
      const { virtual_servers } = await lab.r2.status();
      const held = virtual_servers[0]?.real_servers.filter(({ tripwire }) => tripwire === "held");
      return held?.length === 2;
    });
    await lab.server("rs3").kill();
    await waitFor("rs3 is out of r2's table", 2000, () => count("r2") === 1, 2);
    return { gone };
  },
});
