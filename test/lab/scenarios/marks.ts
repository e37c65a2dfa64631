import type { Client } from "../actors/client.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const fwmark = 80;
const ports = [80, 443];

export default scenario({
  title: "two ports are one service by a firewall mark, and a client of both stays on one server",
  topology: natPair,
  goals: {},
  async play(lab) {
    await lab.startServersOn(ports);
    // This kernel has no nftables for IPv4: the marks are the operator's, by iptables-legacy.
    for (const router of lab.routers)
      await router.output(
        ...["iptables-legacy", "-t", "mangle", "-A", "PREROUTING", "-d", lab.addresses.vip],
        ...["-p", "tcp", "-m", "multiport", "--dports", ports.join(",")],
        ...["-j", "MARK", "--set-mark", `${fwmark}`],
      );
    const web = { port: undefined, ports, fwmark, persistence: { timeout: "120s" } };
    await lab.startPair({ heartbeat: Lab.brisk, top: { marks: "external" }, web });
    const service = lab.r1.table()[0];
    expect(service?.name === `fwmark ${fwmark}`, `the kernel has ${service?.name}`);
    expect(
      service?.destinations.every(({ endpoint }) => endpoint.endsWith(":0")) === true,
      "connections keep their port",
    );
    const [shown] = (await lab.r1.status()).virtual_servers;
    expect(
      shown?.fwmark === fwmark && shown.port === null && shown.protocol === null,
      `status shows the mark: ${JSON.stringify(shown)}`,
    );
    const clients: Client[] = [];
    for (const port of ports) clients.push(await lab.startClient({ port }));
    const together = async (when: string): Promise<void> => {
      const servers = new Set<string>();
      for (const client of clients) {
        client.mark();
        await waitFor("fifty connections", 10_000, async () => {
          return (await client.report()).served > 50;
        });
        for (const name of Object.keys((await client.report()).byServer)) servers.add(name);
      }
      lab.say(`${when}: both ports at ${[...servers].join(", ")}`);
      expect(servers.size === 1, `one real server for both ports, ${when}`);
    };
    await together("at first");
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    for (const client of clients) await lab.served(client);
    await together("after the failover");
    return {};
  },
});
