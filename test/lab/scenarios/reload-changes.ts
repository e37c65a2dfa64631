import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "reload adds and removes virtual servers, VIPs and real servers without a broken connection",
  topology: natPair,
  goals: {
    broken: { what: "reload: broken connections", unit: "connections", atMost: 0, exact: true },
  },
  async play(lab) {
    const { vip, vip2, realServers } = lab.addresses;
    const heartbeat = Lab.brisk;
    await lab.startPair({ heartbeat });
    const client = await lab.startClient({ held: 6 });
    await waitFor("connections are open", 5000, async () => (await client.held()).open === 6);
    const second = {
      address: `${vip2}/24`,
      device: "eth0:2",
      port: 80,
      scheduler: "wlc",
      real_servers: { only: { address: realServers[0] } },
    };
    lab.rewrite({ heartbeat, virtualServers: { second } });
    for (const router of lab.routers) {
      const result = await lab.r1.lvsd("plan");
      expect(result.status === 0, `plan ends with 0: ${result.stderr}`);
      const report = await router.reload();
      expect(report.ok, `reload on ${router.name}: ${JSON.stringify(report)}`);
    }
    await waitFor("r1 holds the new VIP", 5000, () => lab.r1.holds(vip2));
    expect(!lab.r2.holds(vip2), "r2 does not");
    const label = await lab.r1.output("ip", "addr", "show", "label", "eth0:2");
    expect(label.includes(vip2), "it carries the alias label eth0:2");
    const other = await lab.startClient({ address: vip2, intervalMs: 20 });
    lab.say("the second virtual server serves; now it goes again");
    await other.stop();
    lab.rewrite({ heartbeat });
    for (const router of lab.routers) await router.reload();
    await waitFor("the VIP is gone", 5000, () => !lab.r1.holds(vip2));
    await waitFor("so is its service", 5000, () => {
      return lab.routers.every((each) => destinationsOf(each.table(), `tcp ${vip2}:80`) === null);
    });
    expect(lab.r1.holds(vip), "the first VIP is still held");
    const { failed } = await client.report();
    const { broken } = await client.held();
    expect(failed === 0, `no connection to the first virtual server failed (${failed})`);
    return { broken };
  },
});
