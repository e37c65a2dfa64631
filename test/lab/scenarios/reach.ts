import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** A network card that nobody has. */
const nobody = "02:00:00:00:0f:ff";

export default scenario({
  title:
    "the active router alone reaches no real server: it hands over, and no failback goes back to it " +
    "before it does; where neither does, nothing moves",
  topology: natPair,
  goals: {
    moved: {
      what: "real servers out of the active router's reach: hand-over",
      unit: "ms",
      atMost: 8000,
    },
  },
  async play(lab) {
    const { vip, realServers } = lab.addresses;
    const check = { type: "tcp", interval: "300ms", timeout: "300ms" };
    // Nothing here is about a death, and a router that stood still must stay a living one.
    const heartbeat = { interval: "250ms", dead_after: "5s" };
    const failover = { failback: "auto", failback_delay: "1s", start_delay: "1s" };
    await lab.startPair({ heartbeat, failover, check });
    const client = await lab.startClient();

    lab.say("all real servers are gone, for both");
    for (const server of lab.servers) await server.kill();
    await lab.r1.sees("web is down", 5000, ({ virtual_servers }) => {
      return virtual_servers[0]?.state === "down";
    });
    await lab.stays(
      4000,
      "r1 holds the VIP, and neither router is at fault",
      async () => {
        const all = await Promise.all(lab.routers.map((router) => router.status()));
        return lab.r1.holds(vip) && all.every(({ faults }) => faults.length === 0);
      },
      300,
    );
    await lab.startServers();
    await lab.settled();
    await lab.served(client);

    lab.say("r1 has the wrong network cards for all of them");
    const from = lab.now();
    for (const address of realServers)
      await lab.r1.output("ip", "neigh", "replace", address, "lladdr", nobody, "dev", "eth1");
    await lab.r2.reaches("active", 20_000);
    const moved = lab.now() - from;
    await lab.r1.sees("r1 says why", 3000, ({ state, faults }) => {
      return state === "fault" && faults.some(({ kind }) => kind === "reach");
    });
    await lab.served(client);
    await lab.stays(2000, "r2 keeps the VIP", () => lab.r2.holds(vip));

    lab.say("a process of r1 that knows nothing of that tries before it fails back");
    await lab.r1.stop();
    await lab.r1.start();
    await lab.r1.sees("r1 has found out", 10_000, ({ state, faults }) => {
      return state === "fault" && faults.some(({ kind }) => kind === "reach");
    });
    await lab.stays(2000, "r2 keeps the VIP", () => lab.r2.holds(vip));
    const asked = lab.r1
      .events()
      .some(({ event, kind }) => event === "state" && kind === "failback");
    expect(!asked, "r1 has not asked for the VIP meanwhile");
    await lab.served(client);

    lab.say("and the right ones again");
    for (const address of realServers)
      await lab.r1.output("ip", "neigh", "del", address, "dev", "eth1");
    await lab.r1.reaches("active", 20_000);
    await lab.served(client);
    return { moved };
  },
});
