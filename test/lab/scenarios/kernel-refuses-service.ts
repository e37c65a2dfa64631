import type { VirtualServerStatus } from "../../../src/control/api.ts";
import { realServers } from "../actors/pair-config.ts";
import type { Router } from "../actors/router.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** The kernel is asked for a scheduler that no kernel has wherever the configuration says `fo`. */
const lackingFo = `#!/bin/sh
[ "$1" = --restore ] || exec REAL "$@"
sed -u 's/ -s fo/ -s nosuch/' | REAL "$@"
`;
/** Twice `fall` at the check's interval, and a program to read the table with. */
const usualMs = 5000;

/** What the kernel of one router alone refuses is served by the other one. */
async function leaveToTheAble(lab: Lab): Promise<void> {
  lab.say("the kernel of r2 takes it after all");
  await lab.r2.restoreProgram("ipvsadm");
  const taken = await lab.r2.lvsd("reload");
  expect(taken.status === 0, `reload of r2: ${taken.status} ${taken.stderr}`);
  await lab.r2.reaches("active", 20_000);
  const { faults } = await lab.r1.status();
  expect(faults[0]?.kind === "virtual-server", `r1 says why: ${JSON.stringify(faults)}`);
}

export default scenario({
  title: "the kernel refuses a virtual server, or its new scheduler: that alone does not hold",
  topology: natPair,
  goals: {
    broken: { what: "refused: broken connections", unit: "connections", atMost: 0, exact: true },
  },
  async play(lab) {
    const { vip, realServers: machines } = lab.addresses;
    // Nothing here is about the time of a failover, and a router that stood still must stay one.
    const heartbeat = { interval: "250ms", dead_after: "5s" };
    const failover = { start_delay: "1s" };
    const check = { type: "tcp", interval: "250ms", timeout: "250ms" };
    const mail = { address: `${vip}/24`, device: "eth0", port: 25, scheduler: "fo" };
    const servers = { only: { address: machines[0], check: { type: "none" } } };
    const virtualServers = { mail: { ...mail, real_servers: servers } };
    await lab.startPair({ heartbeat, check, failover });
    for (const router of lab.routers) await router.replaceProgram("ipvsadm", lackingFo);
    const client = await lab.startClient({ held: 6 });
    await waitFor("connections are open", 5000, async () => (await client.held()).open === 6);

    /** Reloads both routers; each ends with this status. */
    const reload = async (status: number): Promise<void> => {
      for (const router of lab.routers) {
        const said = await router.lvsd("reload");
        lab.say(`${router.name}: ${said.status}, ${said.stderr.trim() || said.stdout.trim()}`);
        expect(said.status === status, `reload of ${router.name} ends with ${said.status}`);
        if (status === 1) expect(/[Ss]cheduler/.test(said.stderr), "in the kernel's words");
      }
    };
    const serverOf = async (router: Router, name: string): Promise<VirtualServerStatus> => {
      const { virtual_servers } = await router.status();
      const found = virtual_servers.find((each) => each.name === name);
      if (found === undefined) throw new Error(`status of ${router.name} without ${name}`);
      return found;
    };

    lab.rewrite({ heartbeat, check, failover, virtualServers });
    await reload(1);
    for (const router of lab.routers) {
      const { state, last_error, real_servers } = await serverOf(router, "mail");
      expect(state === "down", `mail is ${state} on ${router.name}`);
      expect(real_servers[0]?.state === "down", "and so is its real server");
      expect(/[Ss]cheduler/.test(last_error ?? ""), `last_error: ${last_error}`);
      expect((await serverOf(router, "web")).state === "up", "web is up");
    }
    await lab.stays(3000, "r1 holds the VIP", () => lab.r1.holds(vip));

    lab.say("web gets the scheduler, too");
    const web = { scheduler: "fo", real_servers: realServers(lab.addresses) };
    lab.rewrite({ heartbeat, check, failover, web, virtualServers });
    await reload(1);
    expect((await serverOf(lab.r1, "web")).scheduler === "rr", "web keeps its scheduler");
    expect((await serverOf(lab.r1, "web")).state === "up", "and serves");
    await lab.stays(1000, "r1 holds the VIP", () => lab.r1.holds(vip));
    const { broken } = await client.held();
    const { failed } = await client.report();
    expect(failed === 0, `${failed} connections failed`);
    await lab.server("rs3").kill();
    await waitFor("a dead real server leaves the table", usualMs, () => {
      return destinationsOf(lab.r1.table(), `tcp ${vip}:80`)?.length === 2;
    });

    lab.say("both are taken out again");
    lab.rewrite({ heartbeat, check, failover });
    await reload(0);
    for (const router of lab.routers) {
      const { ipvs, faults } = await router.status();
      expect(ipvs.in_sync && ipvs.last_error === null, `${router.name} is in sync`);
      expect(faults.length === 0, `${router.name} has faults: ${JSON.stringify(faults)}`);
    }
    lab.rewrite({ heartbeat, check, failover, virtualServers });
    await reload(1);
    expect((await serverOf(lab.r1, "mail")).state === "down", "put in again, it is down at once");
    const drifts = (await lab.r1.status()).ipvs.drifts;
    expect(drifts === 0, `no drift is reported: ${drifts}`);
    await leaveToTheAble(lab);
    expect((await serverOf(lab.r2, "mail")).state === "up", "mail is served");
    return { broken };
  },
});
