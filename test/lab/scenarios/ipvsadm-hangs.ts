import { Lab } from "../lab.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { expect, underWayMax } from "../wait.ts";

export default scenario({
  title: "ipvsadm hangs on the active router: heartbeats go on, it hands over and recovers",
  topology: natPair,
  goals: {
    refused: {
      what: "hanging ipvsadm: refused connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk, failover: { failback_delay: "1s" } });
    const client = await lab.startClient();
    await lab.r1.replaceProgram("ipvsadm", "#!/bin/sh\nexec sleep 1000\n");
    await lab.r1.output(
      "ipvsadm",
      "-d",
      "-t",
      `${lab.addresses.vip}:80`,
      "-r",
      `${lab.addresses.realServers[0]}:80`,
    );
    await lab.r2.reaches("active", 40_000);
    const peer = await lab.r2.status();
    expect(peer.peer?.alive === true, "r1 was heard all the time: it handed over");
    const status = await lab.r1.reaches("fault", 5000);
    lab.say(`r1: ${status.faults.map((each) => each.text).join("; ")}`);
    await lab.served(client);
    const { failed, refused } = await client.report();
    expect(failed <= underWayMax, `the hand-over: ${failed} tries failed`);
    await lab.r1.restoreProgram("ipvsadm");
    await lab.settled(30_000);
    return { refused };
  },
});
