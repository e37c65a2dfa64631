import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a real server's process dies: out of both tables within 1.2 s, and back when it returns",
  topology: natPair,
  goals: {
    gone: { what: "dead real server leaves the table after", unit: "ms", atMost: 1200 },
    goneStandby: { what: "and the standby's table after", unit: "ms", atMost: 2200 },
  },
  runs: 5,
  async play(lab) {
    const check = { type: "tcp", interval: "500ms", timeout: "500ms", fall: 2 };
    await lab.startPair({ check });
    const client = await lab.startClient();
    const name = `tcp ${lab.addresses.vip}:80`;
    const count = (router: "r1" | "r2") => destinationsOf(lab[router].table(), name)?.length;
    await lab.server("rs2").kill();
    const died = lab.now();
    await waitFor("rs2 is out of r1's table", 5000, () => count("r1") === 2, 5);
    const gone = lab.now() - died;
    await waitFor("rs2 is out of r2's table", 5000, () => count("r2") === 2, 5);
    const goneStandby = lab.now() - died;
    lab.say(
      `rs2 left r1's table after ${gone.toFixed(0)} ms, r2's after ${goneStandby.toFixed(0)}`,
    );
    await lab.served(client);
    client.mark();
    await lab.server("rs2").start();
    await waitFor("rs2 is back in both tables", 5000, () => count("r1") === 3 && count("r2") === 3);
    await waitFor("rs2 answers again", 5000, async () => (await client.report()).byServer.rs2);
    const { failed } = await client.report();
    expect(failed === 0, `the return costs nobody a connection (${failed} failed)`);
    const named = lab.r1.events().filter((event) => event.event === "real_server");
    const last = named.findLast((event) => event.kind === "down");
    expect(last !== undefined && last.cause !== "", "the log says why rs2 went down");
    return { gone, goneStandby };
  },
});
