import { readFileSync } from "node:fs";
import { realServers } from "../actors/pair-config.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { Machine } from "../machine/machine.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const mark = 1953;

/** Sends on one socket without end; says which real server has answered last. */
class SteadyFlow {
  readonly #log: string;

  constructor(lab: Lab, number: number) {
    const client = new Machine(lab.network, "client");
    const log = `flow-${number}.log`;
    this.#log = `${client.directory}/${log}`;
    const script = `exec 3<>/dev/udp/${lab.addresses.vip2}/53
      while :; do
        answer=$(echo who >&3 && timeout 1 dd bs=64 count=1 <&3 | head -c 3)
        echo "\${answer:--}"
        sleep 0.5
      done 2>/dev/null`;
    const child = client.spawn(log, ["bash", "-c", script]);
    lab.endWith(async () => void child.kill("SIGKILL"));
  }

  get server(): string {
    return readFileSync(this.#log, "utf8").trim().split("\n").at(-1) ?? "";
  }
}

export default scenario({
  title:
    "TCP and UDP behind one firewall mark, quiesce: TCP connections of a failed real server go on, " +
    "and its flows of UDP leave it",
  topology: natPair,
  goals: {
    broken: { what: "broken TCP connections", unit: "connections", atMost: 0, exact: true },
  },
  limitSeconds: 240,
  async play(lab) {
    const { vip2 } = lab.addresses;
    // This kernel has no nftables for IPv4: the marks are the operator's, by iptables-legacy.
    for (const router of lab.routers)
      for (const [protocol, port] of [
        ["tcp", 80],
        ["udp", 53],
      ] as const)
        await router.output(
          ...["iptables-legacy", "-t", "mangle", "-A", "PREROUTING", "-d", vip2],
          ...["-p", protocol, "--dport", `${port}`, "-j", "MARK", "--set-mark", `${mark}`],
        );
    const mixed = {
      address: `${vip2}/24`,
      device: "eth0",
      ports: [80, "53/udp"],
      fwmark: mark,
      scheduler: "rr",
      quiesce: true,
      real_servers: realServers(lab.addresses),
      check: { type: "http", path: "/", interval: "1s", timeout: "5s" },
    };
    await lab.startPair({
      heartbeat: Lab.patient,
      top: { marks: "external" },
      virtualServers: { mixed },
    });
    const flows = [1, 2, 3].map((number) => new SteadyFlow(lab, number));
    await waitFor("each flow is served", 20_000, () => {
      return flows.every(({ server }) => server.startsWith("rs"));
    });
    const victim = flows[0]?.server ?? "";
    const client = await lab.startClient({ address: vip2, held: 6, intervalMs: 200 });
    await waitFor("six connections are open", 20_000, async () => {
      return (await client.held()).open === 6;
    });
    const before = (await client.held()).byServer[victim] ?? 0;
    expect(before > 0, `${victim} has some of them`);
    await lab.server(victim).behave("error-500");
    lab.say(`${victim} answers HTTP with errors, and UDP as before`);
    await waitFor("every flow is served by another one", 90_000, () => {
      return flows.every(({ server }) => server.startsWith("rs") && server !== victim);
    });
    await waitFor("r1 says that it has moved flows", 30_000, () => {
      return lab.r1.events().some(({ event, kind }) => event === "check" && kind === "moved");
    });
    const { byServer, broken } = await client.held();
    expect(byServer[victim] === before, `TCP stays where it is: ${JSON.stringify(byServer)}`);
    return { broken };
  },
});
