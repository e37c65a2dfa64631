import { realServers } from "../actors/pair-config.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const virtualServers = 100;

/** 100 virtual servers of 10 real servers each, on ports of the three machines that exist. */
function many(addresses: readonly string[], vip: string, weight: number) {
  const servers = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `rs${index}`,
      { address: addresses[index % 3], port: 8000 + index, weight: 1 },
    ]),
  );
  return Object.fromEntries(
    Array.from({ length: virtualServers }, (_, index) => {
      const special = { ...servers, rs4: { ...servers.rs4, weight } };
      const real_servers = index === 42 ? special : servers;
      const check = { type: "none" };
      return [`vs${index}`, { address: `${vip}/24`, port: 1000 + index, check, real_servers }];
    }),
  );
}

export default scenario({
  title: "reload with one changed weight among 100 x 10: one change, no connection breaks",
  topology: natPair,
  goals: {
    changes: {
      what: "reload of one weight: changes",
      unit: "changes",
      atLeast: 1,
      atMost: 1,
      exact: true,
    },
    broken: { what: "and broken connections", unit: "connections", atMost: 0, exact: true },
  },
  async play(lab) {
    const { realServers: addresses, vip } = lab.addresses;
    const options = (weight: number) => ({
      web: { real_servers: realServers(lab.addresses) },
      virtualServers: many(addresses, vip, weight),
    });
    await lab.startServers();
    const record = await lab.r1.recordIpvsadm();
    lab.configurePair(options(1));
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await waitFor(
      "100 x 10 are in the table",
      20_000,
      async () => {
        const table = await lab.r1.longTable();
        return (
          table.length === virtualServers + 1 && table.every((each) => each.destinations.length > 2)
        );
      },
      100,
    );
    await lab.r1.reaches("active", 15_000);
    const client = await lab.startClient({ held: 50, intervalMs: 20 });
    await waitFor("50 connections are open", 10_000, async () => (await client.held()).open === 50);
    lab.rewrite(options(7));
    const before = record.lines().length;
    const result = await lab.r1.lvsd("reload", "--json");
    expect(result.status === 0, `reload ends with 0: ${result.stderr}`);
    const report = JSON.parse(result.stdout) as { changes: unknown[] };
    lab.say(`the report: ${JSON.stringify(report.changes)}`);
    const weight = async () =>
      (await lab.r1.longTable())
        .find((each) => each.name === `tcp ${vip}:1042`)
        ?.destinations.find((each) => each.endpoint.endsWith(":8004"))?.weight;
    await waitFor("the new weight is in the kernel", 5000, async () => (await weight()) === 7);
    const lines = record.lines().slice(before);
    lab.say(`ipvsadm was told: ${lines.join(" | ")}`);
    const changes = lines.filter((line) => /^-[AEDaedC]/.test(line) && !line.includes("0.0.0.1:1"));
    expect(report.changes.length === 1, "the report lists one change");
    await lab.served(client);
    const { failed } = await client.report();
    const { broken } = await client.held();
    expect(failed === 0, `no new connection failed (${failed})`);
    return { changes: changes.length, broken };
  },
});
