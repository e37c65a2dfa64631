import type { Client } from "../actors/client.ts";
import type { Router } from "../actors/router.ts";
import { calm } from "../instruments/calm.ts";
import type { ClientReport } from "../instruments/outage.ts";
import { expect, underWayMax } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Over the control socket: the start of a Node process would be measured along. */
async function change(lab: Lab, from: Router, client: Client): Promise<ClientReport> {
  const to = lab.other(from);
  await lab.served(client);
  client.mark();
  const answer = await from.switchover();
  expect(answer.ok, `the switchover is done: ${JSON.stringify(answer)}`);
  await lab.served(client);
  const report = await client.report();
  await to.reaches("active", 2000);
  await from.reaches("standby", 2000);
  lab.say(
    `${to.name} serves: outage ${report.outage.toFixed(1)} ms from ` +
      `${lab.wallClock(report.outageFrom)}, ${report.failed} of ` +
      `${report.tries} tries failed ${JSON.stringify(report.byFailure)}`,
  );
  expect(report.failed <= underWayMax, `${report.failed} tries failed`);
  return report;
}

export default scenario({
  title: "lvsd switchover hands over without a refused connection, and back",
  topology: natPair,
  goals: {
    outage: { what: "lvsd switchover: client outage", unit: "ms", atMost: 50 },
    refused: { what: "and refused connections", unit: "connections", atMost: 0, exact: true },
    doubled: { what: "and two machines answer for", unit: "ms", atMost: 0, exact: true },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    await calm(lab);
    const client = await lab.startClient();
    const observer = await lab.startObserver();
    await lab.elapse(2000);
    lab.say(`before: longest gap between answers ${(await client.report()).outage.toFixed(1)} ms`);
    const began = lab.now();
    const there = await change(lab, lab.r1, client);
    await lab.stays(
      1000,
      "no automatic failback after a switchover",
      () => lab.holder() === lab.r2,
    );
    const back = await change(lab, lab.r2, client);
    const doubled = await observer.doubled(began);

    const right = await lab.r1.lvsd("switchover");
    expect(right.status === 0, `the command ends with 0: ${JSON.stringify(right)}`);
    await lab.r2.reaches("active", 2000);
    const wrong = await lab.r1.lvsd("switchover");
    expect(wrong.status === 1, `on a router that is not active with 1: ${JSON.stringify(wrong)}`);
    lab.say(wrong.stderr.trim());
    const outage = Math.max(there.outage, back.outage);
    return { outage, refused: there.refused + back.refused, doubled };
  },
});
