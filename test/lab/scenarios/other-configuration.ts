import { pairConfig } from "../actors/pair-config.ts";
import type { Router } from "../actors/router.ts";
import { daemonKilled, type Fault, faultStory, handedOver, untouched } from "../faults/fault.ts";
import { expect } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { keyFile } from "../lab.ts";

const options = {
  heartbeat: { interval: "100ms", dead_after: "400ms" },
  failover: { failback: "manual" },
};

/** One router alone gets another file: two real servers instead of three. */
async function differ(lab: Lab, router: Router): Promise<void> {
  const [rs1, rs2] = lab.addresses.realServers;
  const real_servers = { rs1: { address: rs1 }, rs2: { address: rs2 } };
  const web = { real_servers };
  router.configure(pairConfig(lab.network.topology, keyFile, { ...options, web }));
  const answer = await router.reload();
  expect(answer.ok, `the other file is taken: ${JSON.stringify(answer)}`);
  for (const each of lab.routers)
    await each.sees("status tells of the mismatch", 5000, ({ peer }) => {
      return peer?.config_match === false;
    });
}

const faults: Record<string, Fault> = {
  differs: {
    what: "configurations that differ",
    bounds: untouched,
    vips: "stay",
    on: "standby",
    strike: differ,
    shows: ({ peer }) => peer?.config_match === false,
  },
  switchover: {
    what: "a switchover while they differ",
    bounds: handedOver,
    vips: "move",
    strike: (_lab, struck) => struck.switchover(),
  },
  killed: {
    what: "kill -9 of the active daemon while they differ",
    bounds: daemonKilled,
    vips: "move",
    strike: (_lab, struck) => struck.kill(),
    async mend(lab) {
      for (const router of lab.routers)
        expect(
          router.events().some(({ event, kind }) => event === "peer" && kind === "config-mismatch"),
          `the log of ${router.name} tells of the mismatch`,
        );
      lab.rewrite(options);
      for (const router of lab.routers)
        if (router.running) await router.reload().catch(() => undefined);
    },
  },
};

export default faultStory("the two run different files: both say so, failover goes on", faults, {
  options,
});
