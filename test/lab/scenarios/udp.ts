import { readFileSync } from "node:fs";
import { realServers } from "../actors/pair-config.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { Machine } from "../machine/machine.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Who answered each of the datagrams that one socket goes on sending; `-`: nobody. */
class SteadyClient {
  readonly #log: string;

  constructor(lab: Lab, number: number, port: number) {
    const client = new Machine(lab.network, "client");
    const log = `steady-${number}.log`;
    this.#log = `${client.directory}/${log}`;
    const script = `exec 3<>/dev/udp/${lab.addresses.vip}/${port}
      while :; do
        answer=$(echo who >&3 && timeout 0.4 dd bs=64 count=1 <&3 | head -c 3)
        echo "\${answer:--}"
        sleep 0.1
      done 2>/dev/null`;
    const child = client.spawn(log, ["bash", "-c", script]);
    lab.endWith(async () => void child.kill("SIGKILL"));
  }

  get last(): string {
    return readFileSync(this.#log, "utf8").trim().split("\n").at(-1) ?? "";
  }
}

/** A client that never pauses leaves a dead real server, though it is kept at weight 0 at first. */
async function leaveTheDead(lab: Lab, port: number): Promise<number> {
  const clients = [1, 2, 3].map((number) => new SteadyClient(lab, number, port));
  const isServed = ({ last }: SteadyClient): boolean => last.startsWith("rs");
  await waitFor("all clients are served", 10_000, () => clients.every(isServed));
  const victim = clients[0]?.last.slice(0, 3) ?? "";
  lab.say(`${victim} dies`);
  await lab.server(victim).kill();
  await waitFor("its clients are not served", 5000, () => !clients.every(isServed));
  const from = lab.now();
  await waitFor("every client is served by another one", 45_000, () => clients.every(isServed));
  expect(
    clients.every(({ last }) => !last.startsWith(victim)),
    "by others",
  );
  return lab.now() - from;
}

export default scenario({
  title: "UDP with one-packet scheduling is spread, checked by send_expect, and fails over",
  topology: natPair,
  goals: {
    outage: { what: "UDP, power-off at 100/400 ms: outage", unit: "ms", atMost: 550 },
    left: { what: "UDP with quiesce: a steady client's dead server", unit: "ms", atMost: 32_000 },
  },
  async play(lab) {
    const check = {
      type: "send_expect",
      send: "who\n",
      expect: "rs",
      interval: "500ms",
      timeout: "400ms",
    };
    const dns = {
      address: `${lab.addresses.vip}/24`,
      device: "eth0",
      protocol: "udp",
      port: 53,
      scheduler: "rr",
      one_packet: true,
      check,
      real_servers: realServers(lab.addresses),
    };
    const steady = { ...dns, port: 514, one_packet: false, quiesce: true };
    const silent = { type: "udp", port: 53, interval: "500ms", timeout: "400ms" };
    const real = realServers(lab.addresses);
    const virtualServers = {
      dns,
      steady: {
        ...steady,
        real_servers: Object.fromEntries(
          lab.addresses.realServers.map((address, at) => [`rs${at + 1}`, { address, port: 53 }]),
        ),
      },
      silent: {
        ...dns,
        port: 5353,
        check: silent,
        real_servers: { ...real, nobody: { address: "10.11.12.77" } },
      },
    };
    await lab.startPair({ heartbeat: Lab.brisk, virtualServers });
    await lab.r1.sees("an address that no machine has is down", 10_000, ({ virtual_servers }) => {
      const servers = virtual_servers.find((each) => each.name === "silent")?.real_servers ?? [];
      const why = servers.find((each) => each.name === "nobody")?.check.last_error ?? "";
      const others = servers.filter((each) => each.name !== "nobody");
      return (
        why === "no machine answers for 10.11.12.77" && others.every(({ state }) => state === "up")
      );
    });
    const name = `udp ${lab.addresses.vip}:53`;
    await waitFor("all real servers answer the UDP check", 10_000, () => {
      return lab.routers.every((each) => destinationsOf(each.table(), name)?.length === 3);
    });
    const client = await lab.startClient({ protocol: "udp", port: 53, intervalMs: 10 });
    await waitFor("each has answered", 5000, async () => {
      return Object.keys((await client.report()).byServer).length === 3;
    });
    await lab.server("rs3").kill();
    await waitFor("a silent one leaves the table", 5000, () => {
      return destinationsOf(lab.r1.table(), name)?.length === 2;
    });
    await lab.server("rs3").start();
    await waitFor("and returns", 5000, () => destinationsOf(lab.r1.table(), name)?.length === 3);
    await lab.served(client);
    client.mark();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { outage, byServer } = await client.report();
    expect(Object.keys(byServer).length === 3, `all three answer: ${JSON.stringify(byServer)}`);
    return { outage, left: await leaveTheDead(lab, steady.port) };
  },
});
