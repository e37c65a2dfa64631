import { heldAlive, heldConnections, synchronised } from "../held.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { expect } from "../wait.ts";

const switchovers = 6;

export default scenario({
  title: "with connection_sync, switchovers one after the other lose no established connection",
  topology: natPair,
  goals: {
    lost: {
      what: `${switchovers} switchovers with connection_sync: held connections lost`,
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    failed: {
      what: `${switchovers} switchovers with connection_sync: failed tries`,
      unit: "connections",
      atMost: 0,
    },
    outage: { what: "the longest client outage", unit: "ms", atMost: 50 },
  },
  runs: 3,
  async play(lab) {
    await lab.startPair(synchronised);
    const { client, holder } = await heldConnections(lab);
    let [outage, failed] = [0, 0];
    for (let count = 1; count <= switchovers; count++) {
      const [from, to] = [lab.holder(), lab.other(lab.holder())];
      client.mark();
      const answer = await from.switchover();
      expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
      await to.reaches("active", 2000);
      await lab.served(client);
      const report = await client.report();
      lab.say(
        `${to.name} serves: outage ${report.outage.toFixed(1)} ms, ${report.failed} tries failed ` +
          `${JSON.stringify(report.byFailure)}`,
      );
      outage = Math.max(outage, report.outage);
      failed += report.failed;
    }
    const held = await heldAlive(lab, holder);
    return { lost: held.broken, failed, outage };
  },
});
