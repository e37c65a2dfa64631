import { FailoverService } from "../actors/failover-service.ts";
import type { Router } from "../actors/router.ts";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** How often the VIPs have changed their router by themselves: activations but the first one. */
const changes = (lab: Lab): number =>
  lab.routers
    .flatMap((router) => router.events())
    .filter((event) => event.event === "state" && event.kind === "changed" && event.to === "active")
    .length - 1;

const isBroken = (router: Router) =>
  router.sees(`the service has failed on ${router.name}`, 15_000, ({ faults }) =>
    faults.some(({ kind }) => kind === "service"),
  );

export default scenario({
  title: "a service that fails moves to the other router once, and one broken on both stays",
  topology: natPair,
  goals: {
    start: { what: "start fails: changes of the active router", unit: "changes", atMost: 1 },
    both: { what: "broken on both for 12 s: further changes", unit: "changes", atMost: 0 },
  },
  limitSeconds: 90,
  async play(lab) {
    const service = new FailoverService("mail");
    service.make(lab.r1, "start", "fails");
    await lab.startServers();
    lab.configurePair({
      heartbeat: Lab.brisk,
      failover: { failback_delay: "500ms", services: { mail: service.config() } },
    });
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await service.runsOn(lab.r2, lab.r1, 20_000);
    const { faults } = await isBroken(lab.r1);
    lab.say(`r1: ${faults.map(({ text }) => text)}; the service runs on r2`);
    await lab.r2.sees("r2 is active and fit", 5000, ({ state, faults: own, services: [mail] }) => {
      return state === "active" && own.length === 0 && mail?.state === "running";
    });
    await lab.stays(3000, "r2 keeps it", () => lab.r2.holds(lab.addresses.vip));
    const start = changes(lab);
    expect(service.story().includes("r1 stop-ended"), "r1 has cleaned up after its start");

    service.make(lab.r1, "start", "works");
    await lab.r1.lvsd("reload");
    await lab.r1.reaches("active", 10_000);
    await service.runsOn(lab.r1, lab.r2, 5000);
    lab.say("r1 is mended and told so by a reload: the failback brings the service back");

    for (const router of lab.routers) service.make(router, "start", "fails");
    await lab.r1.sees("it runs", 5000, ({ services: [mail] }) => mail?.state === "running");
    service.crash(lab.r1);
    await lab.r2.reaches("active", 10_000);
    await isBroken(lab.r2);
    const settled = changes(lab);
    lab.say("the service dies on r1 and does not start on r2");
    await lab.stays(12_000, "nobody takes it from r2", () => lab.r2.holds(lab.addresses.vip), 50);
    const both = changes(lab) - settled;
    const tries = service.diary().filter(({ router, what }) => router === "r2" && what === "start");
    expect(tries.length >= 2, "meanwhile r2 tries to start it again");

    service.make(lab.r2, "start", "works");
    await service.runsOn(lab.r2, lab.r1, 30_000);
    await lab.r2.sees("r2 is fit again", 5000, ({ faults: own }) => own.length === 0);
    lab.say("mended on r2: it starts there by itself");
    return { start, both };
  },
});
