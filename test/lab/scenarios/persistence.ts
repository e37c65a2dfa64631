import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "persistence keeps a client on its real server, with the netmask that was configured",
  topology: natPair,
  goals: {},
  async play(lab) {
    const persistence = { timeout: "120s", netmask: "255.255.255.0" };
    await lab.startPair({ heartbeat: Lab.brisk, web: { persistence, scheduler: "wlc" } });
    const service = lab.r1.table()[0];
    lab.say(`the kernel: ${service?.name} ${service?.rest}`);
    expect(service?.rest.includes("persistent 120") === true, "the timeout is in the kernel");
    // 255.255.255.0 in hex, as /proc/net/ip_vs prints the mask.
    expect(service?.rest.includes("FFFFFF00") === true, "so is the netmask");
    const client = await lab.startClient();
    await waitFor("a hundred connections", 5000, async () => (await client.report()).served > 100);
    const { byServer } = await client.report();
    expect(Object.keys(byServer).length === 1, `all on one: ${JSON.stringify(byServer)}`);
    const [name = ""] = Object.keys(byServer);
    await lab.server(name).kill();
    await waitFor(
      `${name} has left the table`,
      5000,
      () => lab.r1.table()[0]?.destinations.length === 2,
    );
    await lab.served(client);
    client.mark();
    await waitFor("served again", 5000, async () => (await client.report()).served > 50);
    const after = await client.report();
    expect(after.byServer[name] === undefined, "by another one");
    return {};
  },
});
