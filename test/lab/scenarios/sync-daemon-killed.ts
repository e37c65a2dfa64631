import { knownConnections } from "../instruments/held.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Unlike the defaults, which other scenarios show. */
const own = { group: "239.1.2.3", port: 8849, ttl: 2, max_length: 320 };

export default scenario({
  title:
    "sync daemons, here with a group of their own, come back when somebody stops them, and failback waits until they have done",
  topology: natPair,
  goals: { repaired: { what: "sync daemon stopped: runs again after", unit: "ms", atMost: 6000 } },
  async play(lab) {
    await lab.startPair({
      top: { connection_sync: { device: "eth1", id: 1, ...own } },
      heartbeat: Lab.brisk,
      failover: { failback_delay: "1s" },
    });
    const running = async (): Promise<string> => {
      const said = await lab.r2.output("ipvsadm", "-L", "-n", "--daemon");
      return [...said.matchAll(/(master|backup) .*mcast=(\w+), syncid=(\d+)/g)]
        .map(([, kind, device, id]) => `${kind} ${device} ${id}`)
        .join(", ");
    };
    const both = "master eth1 1, backup eth1 1";
    await waitFor("both daemons run on the standby", 3000, async () => (await running()) === both);
    for (const router of lab.routers) {
      const said = await router.output("ipvsadm", "-L", "-n", "--daemon");
      const told = said.match(/group=239\.1\.2\.3, port=8849, ttl=2\)/g) ?? [];
      expect(told.length === 2 && /^master .*maxlen=320,/m.test(said), `as configured: ${said}`);
    }
    await lab.r1.sees("r1 says that it tells", 3000, ({ connection_sync: sync }) => {
      return sync?.state === "master" && sync.device === "eth1" && sync.id === 1;
    });
    await lab.r2.sees("r2 says that it is told", 3000, ({ connection_sync: sync }) => {
      return sync?.state === "backup";
    });
    await lab.r2.output("ipvsadm", "--stop-daemon", "backup");
    await lab.r2.output("ipvsadm", "--stop-daemon", "master");
    await lab.r2.output(
      ...["ipvsadm", "--start-daemon", "master", "--mcast-interface", "eth0", "--syncid", "9"],
    );
    const stopped = lab.now();
    await waitFor("they run again", 12_000, async () => (await running()) === both, 50);
    const repaired = lab.now() - stopped;
    lab.say(`they run again after ${repaired.toFixed(0)} ms`);
    const events = await lab.r2.lvsd("events");
    expect(/connection synchronisation: .*started again/.test(events.stdout), "lvsd says so");

    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.r1.powerOn();
    await lab.r1.start();
    const waits = await lab.r1.sees("failback waits", 8000, ({ failback }) => {
      return failback.blocked_by === "connections are being synchronised";
    });
    expect(waits.state === "standby", "r1 is standby meanwhile");
    const client = await lab.startClient({ held: 5 });
    const began = lab.now();
    await lab.r1.reaches("active", 20_000);
    lab.say(`r1 takes over again ${((lab.now() - began) / 1000).toFixed(1)} s later`);
    await lab.elapse(5000);
    expect((await client.held()).broken === 0, "and loses no connection that r2 had begun");
    expect(knownConnections(lab.r1) >= 5, "which it knows");
    await lab.r2.stop();
    expect((await running()) === "", "a daemon that stops leaves none behind");
    return { repaired };
  },
});
