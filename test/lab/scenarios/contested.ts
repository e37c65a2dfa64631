import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** So slow that the next heartbeat is far away when the announcements are heard. */
const heartbeat = { interval: "3s", dead_after: "6s" };

export default scenario({
  title: "both hold and hear each other's announcements: one yields before the next heartbeat",
  topology: natPair,
  goals: { yielded: { what: "announcements heard: one holder after", unit: "ms", atMost: 600 } },
  limitSeconds: 90,
  async play(lab) {
    const announce = { count: 2, interval: "100ms", refresh: "100ms" };
    await lab.startPair({ heartbeat, failover: { announce, start_delay: "1s" } });
    for (const net of ["public", "private"] as const) lab.network.part(net);
    await waitFor("both hold the VIP", 20_000, () => lab.holders().length === 2);
    // Beyond the second in which a former holder's last announcements are none.
    await lab.elapse(1500);
    const healed = lab.now();
    lab.network.heal("public");
    lab.network.heal("private");
    await waitFor("one router holds the VIP", 8000, () => lab.holders().length === 1, 2);
    const yielded = lab.now() - healed;
    lab.say(`one holder after ${yielded.toFixed(0)} ms: ${lab.holder().name}`);
    expect(
      lab.routers
        .flatMap((router) => router.events())
        .some((each) => each.event === "vip" && each.kind === "contested"),
      "the announcements of the peer were told from a third machine's",
    );
    await lab.settled();
    return { yielded };
  },
});
