import { Lab } from "../lab.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { expect, underWayMax } from "../wait.ts";

export default scenario({
  title: "ipvsadm fails on the active router: it hands over, says why, and recovers",
  topology: natPair,
  goals: {
    refused: {
      what: "failing ipvsadm: refused connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk, failover: { failback_delay: "1s" } });
    const client = await lab.startClient();
    await lab.r1.replaceProgram(
      "ipvsadm",
      "#!/bin/sh\necho 'Memory allocation problem' >&2; exit 1\n",
    );
    lab.say("ipvsadm on r1 fails from now on; the table needs a repair");
    await lab.r1.output(
      "ipvsadm",
      "-d",
      "-t",
      `${lab.addresses.vip}:80`,
      "-r",
      `${lab.addresses.realServers[0]}:80`,
    );
    const status = await lab.r1.reaches("fault", 15_000);
    expect(
      status.faults.some((each) => each.kind === "table"),
      `the fault is about the table: ${JSON.stringify(status.faults)}`,
    );
    lab.say(`r1: ${status.faults.map((each) => each.text).join("; ")}`);
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { failed, refused } = await client.report();
    expect(failed <= underWayMax, `the hand-over: ${failed} tries failed`);
    await lab.r1.restoreProgram("ipvsadm");
    await lab.r1.sees(
      "r1 is whole again",
      15_000,
      ({ state }) => state === "standby" || state === "active",
    );
    await lab.settled(15_000);
    return { refused };
  },
});
