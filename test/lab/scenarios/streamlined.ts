import { RealServer } from "../actors/real-server.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { directPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "both routers are the real servers, too: the standby does not balance what it is sent",
  topology: directPair,
  // Both are real servers: with the VIP on the loopback device, and a program that serves.
  leaves: ["r1: address", "r1: program real-server", "r2: address", "r2: program real-server"],
  goals: {
    failed: {
      what: "streamlined: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    const { vip, routers } = lab.addresses;
    const service = `tcp ${vip}:80`;
    for (const router of lab.routers) {
      await router.output(
        ...["sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2"],
      );
      await router.output("ip", "addr", "add", `${vip}/32`, "dev", "lo");
      const server = new RealServer(router.name);
      await server.start();
      lab.endWith(() => server.kill());
    }
    const real_servers = {
      one: { address: routers.r1.public },
      two: { address: routers.r2.public },
    };
    lab.configurePair({ heartbeat: Lab.brisk, web: { real_servers } });
    await Promise.all(lab.routers.map((router) => router.start()));
    const tables = async (holder: "r1" | "r2"): Promise<void> => {
      for (const router of lab.routers) {
        const wanted = router.name === holder ? 2 : 1;
        await waitFor(`${router.name} has ${wanted} entries`, 20_000, () => {
          return destinationsOf(router.table(), service)?.length === wanted;
        });
      }
      const [own] = destinationsOf(lab[holder === "r1" ? "r2" : "r1"].table(), service) ?? [];
      const other = routers[holder === "r1" ? "r2" : "r1"].public;
      expect(own?.endpoint === `${other}:80`, `the standby has its own entry: ${own?.endpoint}`);
    };
    await lab.r1.reaches("active", 20_000);
    await lab.r2.sees("r2 is standby", 20_000, ({ state }) => state === "standby");
    await tables("r1");
    const client = await lab.startClient();
    const both = async (): Promise<number> => {
      client.mark();
      await waitFor("a hundred connections", 20_000, async () => {
        return (await client.report()).served >= 100;
      });
      const { byServer, failed } = await client.report();
      lab.say(JSON.stringify(byServer));
      expect(Object.keys(byServer).length === 2, "both serve");
      return failed;
    };
    const before = await both();
    const moved = await lab.r1.switchover();
    expect(moved.ok, `switchover: ${JSON.stringify(moved)}`);
    await tables("r2");
    await lab.served(client);
    return { failed: before + (await both()) };
  },
});
