/** A whole daemon whose real servers fail: quorums by weight, the sorry server, and panic. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { metricsText } from "../../src/control/metrics.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { eventually as until } from "../eventually.ts";
import { MemoryMachine, MemorySwitch } from "./memory-machine.ts";

const address = (at: number): string => `192.0.2.${20 + at}`;

/** A lone router with real servers of these weights, which are checked ten times a second. */
function machineWith(weights: readonly number[], keys: object): MemoryMachine {
  const machine = new MemoryMachine(new MemorySwitch(), "192.0.2.2");
  machine.configure({
    routers: { primary: { public: "192.0.2.2" } },
    failover: { monitor_links: false },
    virtual_servers: {
      web: {
        address: "192.0.2.10/24",
        device: "eth0",
        port: 80,
        forwarding: "direct",
        check: { type: "tcp", interval: "100ms", fall: 1 },
        ...keys,
        real_servers: Object.fromEntries(
          weights.map((weight, at) => [`rs${at}`, { address: address(at), weight }]),
        ),
      },
    },
  });
  return machine;
}

async function start(t: TestContext, machine: MemoryMachine): Promise<Daemon> {
  const daemon = await machine.start();
  t.after(() => daemon.stop("the test ends"));
  return daemon;
}

/** What the kernel has, as `last number of the address: weight`, in order. */
const tableOf = ({ kernel }: MemoryMachine): string =>
  [...kernel.table.values()]
    .flatMap(({ destinations }) => [...destinations.values()])
    .map(({ identity, weight }) => `${identity.address.split(".")[3]}: ${weight}`)
    .sort()
    .join(", ");

const table = (machine: MemoryMachine, wanted: string): Promise<void> =>
  until(`the table is ${wanted}`, () => tableOf(machine) === wanted);

/** The log is written a little later. */
const reported = (machine: MemoryMachine, kind: string, cause: RegExp): Promise<void> =>
  until(`the event ${kind}`, () =>
    machine.events.some(
      (event) => event.event === "virtual_server" && event.kind === kind && cause.test(event.cause),
    ),
  );

const dead = (machine: MemoryMachine, ...which: readonly number[]): void => {
  machine.dead.clear();
  for (const at of which) machine.dead.add(`${address(at)}:80`);
};

test("a quorum by weight is lost with the heavy server, and is back with enough weight", async (t) => {
  const machine = machineWith([5, 2, 1], {
    quorum: { count: "weights", up: 6, down: 3 },
    sorry_server: { address: "192.0.2.99" },
  });
  const daemon = await start(t, machine);
  const web = async () => (await daemon.status()).virtual_servers[0];
  await table(machine, "20: 5, 21: 2, 22: 1");
  dead(machine, 1);
  await table(machine, "20: 5, 22: 1");
  assert.equal((await web())?.state, "up", "6 of weight");

  dead(machine, 0);
  await table(machine, "21: 0, 22: 0, 99: 1");
  assert.equal((await web())?.state, "sorry");
  // The one that returned may have come before or after.
  await reported(
    machine,
    "sorry",
    /^[12] of 3 real servers .*, with a weight of [13]; 6 brings it up, 3 takes it down$/,
  );
  // 5 is between the two: it stays as it was.
  dead(machine, 0, 1, 2);
  await table(machine, "99: 1");
  dead(machine, 1, 2);
  await table(machine, "20: 0, 99: 1");
  assert.equal((await web())?.state, "sorry");
  dead(machine, 1);
  await table(machine, "20: 5, 22: 1");
  assert.equal((await web())?.state, "up");
  // And so it does on the way down.
  dead(machine, 1, 2);
  await table(machine, "20: 5");
  assert.equal((await web())?.state, "up");
});

test("in a panic all real servers that were ever checked are used, and it is said", async (t) => {
  const machine = machineWith([1, 2, 3, 4], { panic_threshold: 50 });
  const daemon = await start(t, machine);
  await table(machine, "20: 1, 21: 2, 22: 3, 23: 4");
  dead(machine, 0, 1);
  await table(machine, "22: 3, 23: 4");
  dead(machine, 0, 1, 2);
  await table(machine, "20: 1, 21: 2, 22: 3, 23: 4");
  const status = await daemon.status();
  assert.equal(status.virtual_servers[0]?.state, "panic");
  assert.match(
    await metricsText(status),
    /^lvsd_virtual_server_state\{[^}]*state="panic"[^}]*\} 1$/m,
  );
  await reported(
    machine,
    "panic",
    /^1 of 4 real servers are healthy, less than 50%: all are used$/,
  );
  dead(machine, 0);
  await table(machine, "21: 2, 22: 3, 23: 4");
  assert.equal((await daemon.status()).virtual_servers[0]?.state, "up");
});
