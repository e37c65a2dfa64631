import type { Router } from "../actors/router.ts";
import { announcedOn } from "../instruments/capture.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Beside the VIP of `web` and the NAT router's address. */
const vips = Array.from({ length: 499 }, (_, at) => `172.20.${at >> 8}.${at & 255}`);

/** When the router decided to take over, and what it says of its first announcement; wall clock. */
function decisionOf(router: Router): { readonly at: number; readonly firstAfter: number } {
  const timeline = router
    .events()
    .findLast((event) => event.event === "state" && event.kind === "timeline");
  if (timeline?.event !== "state" || timeline.kind !== "timeline")
    throw new Error(`${router.name} has told no time line`);
  return {
    at: Date.parse(timeline.at) - timeline.decided_ms,
    firstAfter: timeline.decided_ms - timeline.announced_ms,
  };
}

export default scenario({
  title: "takeover of 500 VIPs: each is announced as soon as the kernel has it",
  topology: natPair,
  goals: {
    first: { what: "500 VIPs: decision to the first one announced", unit: "ms", atMost: 5 },
    last: { what: "500 VIPs: decision to the last one announced", unit: "ms", atMost: 200 },
  },
  runs: 5,
  async play(lab) {
    const { realServers, vip } = lab.addresses;
    const real_servers = { rs1: { address: realServers[0] } };
    const check = { type: "none" };
    const virtualServers = Object.fromEntries(
      vips.map((address, at) => [
        `vs${at}`,
        { address: `${address}/32`, device: "eth0", port: 80, check, real_servers },
      ]),
    );
    await lab.startServers();
    // Where several namespaces have virtual servers, /proc shows 4 KiB of them, so that each look at
    // the table starts programs: two routers that do so on the guest's one processor hold each other
    // up for longer than the usual dead_after, the more if they start together.
    const heartbeat = { interval: "250ms", dead_after: "5s" };
    lab.configurePair({ virtualServers, heartbeat, failover: { failback: "manual" } });
    await lab.r1.start();
    await waitFor("r1 holds one of them", 15_000, () => vips.some((each) => lab.r1.holds(each)), 2);
    const asked = lab.now();
    const answer = await lab.r1.status();
    const waited = lab.now() - asked;
    const missing = answer.vips.filter(({ held }) => !held).length;
    lab.say(
      `a status in the middle of the claim: after ${waited.toFixed(0)} ms, ${missing} missing`,
    );
    expect(missing === 0, "whoever asks in the middle of a claim is answered when it has ended");
    await lab.r1.reaches("active", 15_000);
    await lab.r2.start();
    await lab.r2.sees("r2 is standby and hears r1", 15_000, (status) => {
      return status.state === "standby" && status.peer?.alive === true;
    });
    await waitFor("r2 has every virtual server", 20_000, async () => {
      return (await lab.r2.longTable()).length === vips.length + 1;
    });
    lab.say("r1 holds 500 VIPs; its power goes");
    const since = Date.now();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    expect(
      vips.every((each) => lab.r2.holds(each)),
      "r2 holds every VIP",
    );
    const wanted = new Set([vip, ...vips]);
    const mac = lab.network.link("r2", "public").mac;
    const frames = await waitFor(
      "every VIP was announced on the wire",
      5000,
      () => {
        const fresh = announcedOn("br-pub").filter(
          (each) => each.at >= since && each.mac === mac && wanted.has(each.address),
        );
        const first = new Map<string, number>();
        for (const { address, at } of fresh) if (!first.has(address)) first.set(address, at);
        return first.size === wanted.size && [...first.values()];
      },
      200,
    );
    const decided = decisionOf(lab.r2);
    const first = Math.min(...frames) - decided.at;
    const last = Math.max(...frames) - decided.at;
    lab.say(
      `on the wire from ${first.toFixed(1)} to ${last.toFixed(1)} ms after the decision; ` +
        `r2 says that it announced the first VIP after ${decided.firstAfter.toFixed(1)} ms`,
    );
    return { first, last };
  },
});
