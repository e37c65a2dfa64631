import { FailoverService } from "../actors/failover-service.ts";
import { expect, underWayMax, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a stop that hangs holds up a switchover by 2 s at most, and a failure not at all",
  topology: natPair,
  goals: {
    planned: { what: "switchover with a stop that hangs takes", unit: "ms", atMost: 2500 },
    failed: {
      what: "and failed connections",
      unit: "connections",
      atMost: underWayMax,
      exact: true,
    },
    outage: { what: "link failure with a stop that hangs: outage", unit: "ms", atMost: 500 },
    ended: { what: "SIGTERM with a stop that hangs takes", unit: "ms", atMost: 5000, exact: true },
  },
  limitSeconds: 90,
  // The service that could not be stopped; systemd ends it with the daemon's control group.
  leaves: ["r1: program sleep"],
  async play(lab) {
    const service = new FailoverService("mail");
    const services = { mail: service.config({ timeout: "4s" }) };
    await lab.startPair({ failover: { failback: "manual", services } });
    await lab.r1.sees("it runs", 10_000, ({ services: [mail] }) => mail?.state === "running");
    await lab.r2.sees("it rests", 10_000, ({ services: [mail] }) => mail?.state === "stopped");
    for (const router of lab.routers) service.make(router, "stop", "hangs");

    const client = await lab.startClient();
    const at = lab.now();
    const answer = await lab.r1.switchover();
    const planned = lab.now() - at;
    expect(answer.ok, `the switchover is done: ${JSON.stringify(answer)}`);
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { failed } = await client.report();
    lab.say(`switchover past a stop that hangs: ${planned.toFixed(0)} ms, ${failed} tries failed`);
    const { services: told } = await lab.r1.sees("r1 tells", 10_000, ({ faults }) =>
      faults.some(({ kind }) => kind === "service"),
    );
    lab.say(`r1: ${told[0]?.last_error}`);
    service.make(lab.r1, "stop", "works");
    await lab.r1.sees("r1 has stopped it", 15_000, ({ services: [mail], faults }) => {
      return mail?.state === "stopped" && faults.length === 0;
    });

    client.mark();
    lab.network.carrier("r2", "public", "down");
    await lab.r1.reaches("active", 10_000);
    await lab.served(client);
    const { outage } = await client.report();
    lab.say(`link failure past a stop that hangs: outage ${outage.toFixed(0)} ms`);
    lab.network.carrier("r2", "public", "up");
    service.make(lab.r2, "stop", "works");
    await lab.r2.sees("r2 is whole again", 20_000, ({ state, services: [mail] }) => {
      return state === "standby" && mail?.state === "stopped";
    });

    service.make(lab.r1, "stop", "hangs");
    await lab.r1.sees("it runs", 10_000, ({ services: [mail] }) => mail?.state === "running");
    await lab.r1.stop();
    const last = lab.r1.events().at(-1);
    const ended = last?.event === "process" && last.kind === "stopped" ? last.took_ms : Infinity;
    lab.say(`SIGTERM past a stop that hangs: ${ended.toFixed(0)} ms`);
    await waitFor("r2 serves", 10_000, () => lab.r2.holds(lab.addresses.vip));
    return { planned, failed, outage, ended };
  },
});
