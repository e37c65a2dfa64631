import type { Router } from "../actors/router.ts";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { setSysctls } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Behind the observer: no neighbour of the routers, so that only an echo can come from there. */
const far = "fd99::1";

const echoes = (state: "answered" | "ignored"): void =>
  setSysctls("observer", { "ipv6/icmp/echo_ignore_all": state === "ignored" ? 1 : 0 });

const misses = async (router: Router): Promise<boolean> =>
  (await router.status()).faults.some(({ kind }) => kind === "arbiter");

const bothReach = async (lab: Lab): Promise<boolean> =>
  !(await misses(lab.r1)) && !(await misses(lab.r2));

const until = (lab: Lab, what: string, missed: boolean): Promise<unknown> =>
  Promise.all(
    lab.routers.map((router) =>
      router.sees(`${router.name}: ${what}`, 40_000, ({ faults }) => {
        return faults.some(({ kind }) => kind === "arbiter") === missed;
      }),
    ),
  );

async function ask(lab: Lab, gateway: readonly string[]): Promise<void> {
  lab.rewrite({ heartbeat: Lab.brisk, failover: { gateway } });
  for (const router of lab.routers) expect((await router.reload()).ok, "the arbiters are taken");
}

export default scenario({
  title: "arbiters of IPv6: a neighbour advertisement alone, an echo alone, and one of two suffice",
  topology: { ...natPair, family: 6 },
  goals: {},
  async play(lab) {
    const near = lab.addresses.observer;
    await output("ip", "-n", "observer", "addr", "add", `${far}/128`, "dev", "lo");
    for (const { name } of lab.routers)
      await output("ip", "-n", name, "route", "add", `${far}/128`, "via", near);
    echoes("ignored");
    await lab.startPair({ heartbeat: Lab.brisk, failover: { gateway: near } });
    await lab.stays(1500, "neighbour advertisements suffice", () => bothReach(lab));
    lab.say("answered by neighbour advertisements alone");
    // Silent only once both ask: a router that alone missed its arbiter would hand over.
    echoes("answered");
    await ask(lab, [far]);
    echoes("ignored");
    await until(lab, "silence is noticed", true);
    echoes("answered");
    await until(lab, "the echo is noticed", false);
    await lab.stays(1500, "echo replies suffice", () => bothReach(lab));
    lab.say("answered by echo replies alone, and missed without them");
    await ask(lab, [far, near]);
    echoes("ignored");
    await lab.stays(1500, "one of two suffices", () => bothReach(lab));
    expect(lab.holder() === lab.r1, "r1 served all along: what both miss changes nothing");
    return {};
  },
});
