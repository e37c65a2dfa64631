/**
 * What operators and systemd ask for in the middle of something else: a reload while the daemon
 * starts, an end while it starts, a restart while it reloads. A gate holds the work at a place.
 */

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { after, test } from "node:test";
import type { Refusal } from "../../../../src/control/api.ts";
import type { Daemon } from "../../../../src/daemon/daemon.ts";
import { MachineError } from "../../../../src/model/error.ts";
import { MemoryMachine, MemorySwitch } from "../../../daemon/memory-machine.ts";
import { eventually as until } from "../../../eventually.ts";

const primary = "192.0.2.2";
const backup = "192.0.2.3";

const config = (more: object = {}, vips: object = {}) => ({
  routers: { primary: { public: primary }, backup: { public: backup } },
  heartbeat: { authentication: "none", interval: "20ms", dead_after: "400ms" },
  failover: { start_delay: "50ms", failback_delay: "100ms", monitor_links: false },
  virtual_servers: {
    web: {
      address: "192.0.2.10/24",
      device: "eth0",
      port: 80,
      forwarding: "direct",
      check: { type: "tcp", interval: "100ms" },
      real_servers: { rs1: { address: "192.0.2.21" }, rs2: { address: "192.0.2.22" } },
    },
    ...vips,
  },
  ...more,
});

/** Holds whoever comes to it from when it is shut until it is opened. */
class Gate {
  #open: Promise<void> = Promise.resolve();
  #reached = Promise.withResolvers<void>();
  open: () => void = () => {};

  shut(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    this.#reached = Promise.withResolvers<void>();
    this.open = resolve;
  }

  /** Resolves when somebody waits at it. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  pass(): Promise<void> {
    this.#reached.resolve();
    return this.#open;
  }
}

/** Holds the start where it first reads the addresses. */
function startGate(machine: MemoryMachine): Gate {
  const gate = new Gate();
  let reads = 0;
  machine.beforeIp = async (action) => {
    if (action === "read" && ++reads === 1) await gate.pass();
  };
  gate.shut();
  return gate;
}

/** Holds each change of the table. */
function tableGate({ kernel }: MemoryMachine): Gate {
  const gate = new Gate();
  const apply = kernel.apply.bind(kernel);
  kernel.apply = async (changes) => {
    await gate.pass();
    return apply(changes);
  };
  return gate;
}

const running: Daemon[] = [];
after(() => Promise.all(running.splice(0).map((daemon) => daemon.stop("the test ends"))));
const stateOf = (daemon: Daemon) => daemon.serving?.engine.router.state;

test("a reload in the middle of the start holds once the router serves", async () => {
  const network = new MemorySwitch();
  const machine = new MemoryMachine(network, primary);
  machine.configure(config());
  const gate = startGate(machine);
  const { daemon, serving } = await machine.begin();
  running.push(daemon);
  await gate.reached;
  machine.configure(
    config({ heartbeat: { authentication: "none", interval: "30ms", dead_after: "600ms" } }),
  );
  const reload = daemon.reload({ yes: true, discard: null });
  // What did not wait for the start would have happened by then.
  const late = Date.now() + 1500;
  await until("it is in force, or it waits", () => network.listening.size > 0 || Date.now() > late);
  gate.open();
  await serving;
  assert.ok("changes" in (await reload), JSON.stringify(await reload));
  await until("it is active", () => stateOf(daemon) === "active");
  const { rules } = daemon.serving?.engine.router ?? {};
  assert.equal(rules?.interval, 30);
  assert.equal(rules?.config.hash, (await daemon.config()).hash.slice(0, 32));
});

test("a stop in the middle of the start leaves nothing that goes on", async () => {
  const network = new MemorySwitch();
  const machine = new MemoryMachine(network, primary);
  machine.configure(config());
  const gate = startGate(machine);
  const { daemon, serving } = await machine.begin();
  await gate.reached;
  const stopped = daemon.stop("the test stops it");
  await until("it stops", () => machine.events.some(({ kind }) => kind === "stopping"));
  gate.open();
  await Promise.all([stopped, serving]);
  assert.deepEqual([...network.listening], [], "no heartbeat socket is open");
  assert.equal(machine.watched, false);
  assert.deepEqual([machine.vips.size, machine.kernel.table.size], [0, 0]);
  assert.deepEqual(new Set(machine.settings.values()), new Set(["0"]), "settings are put back");
});

test("a router that waits for a reload, and is stopped meanwhile, does not begin to serve", async () => {
  const network = new MemorySwitch();
  const machine = new MemoryMachine(network, primary);
  machine.configure(config());
  const gate = startGate(machine);
  const { daemon, serving } = await machine.begin(
    (unborn) => void unborn.reload({ yes: true, discard: null }),
  );
  await gate.reached;
  await daemon.stop("the test stops it");
  gate.open();
  await assert.rejects(serving, /waiting/);
  assert.deepEqual([[...network.listening], machine.vips.size], [[], 0]);
});

test("addresses that cannot be read are why a reload is refused", async () => {
  const machine = new MemoryMachine(new MemorySwitch(), primary);
  machine.configure(config());
  const { daemon, serving } = await machine.begin();
  running.push(daemon);
  await serving;
  const moved = { primary: { public: primary }, backup: { public: "192.0.2.4" } };
  machine.configure(config({ routers: moved }));
  // The first is to see what the text means here, the second whether the own address is here.
  const asked = new AsyncLocalStorage<"reload">();
  const reads = { count: 0 };
  machine.beforeIp = async (action) => {
    if (action !== "read" || asked.getStore() === undefined) return;
    reads.count += 1;
    if (reads.count === 2) throw new MachineError("ip: no answer within 1 s");
  };
  const { ok, problems } = (await asked.run("reload", () =>
    daemon.reload({ yes: false, discard: null }),
  )) as Refusal;
  assert.deepEqual([ok, problems?.[0]?.message], [false, "ip: no answer within 1 s"]);
  assert.equal(reads.count, 2);
});

test("a reload and a saving hold the loop up for no disk", async (context) => {
  const machine = new MemoryMachine(new MemorySwitch(), primary);
  const alone = { routers: { primary: { public: primary } } };
  machine.configure(config(alone));
  const { daemon, serving } = await machine.begin();
  running.push(daemon);
  await serving;
  await until("it is active", () => stateOf(daemon) === "active");
  // A disk may take seconds for it, and heartbeats would wait.
  const flushes = context.mock.method(fs, "fsyncSync");
  syncBuiltinESMExports();
  context.after(syncBuiltinESMExports);
  machine.configure(config({ ...alone, guard: { remove_percent: 40 } }));
  assert.ok("changes" in (await daemon.reload({ yes: false, discard: null })));
  const text = JSON.stringify(config({ ...alone, serial: 1, guard: { remove_percent: 60 } }));
  const saved = await daemon.save({ text, yes: false, onto: null });
  assert.ok("peer" in saved && saved.peer === "none", JSON.stringify(saved));
  assert.equal(flushes.mock.callCount(), 0);
});

for (const ending of ["stop", "leave"] as const)
  test(`a ${ending} in the middle of a reload lets the reload touch nothing any more`, async () => {
    const network = new MemorySwitch();
    const machine = new MemoryMachine(network, primary);
    const alone = { routers: { primary: { public: primary } } };
    machine.configure(config(alone));
    const gate = tableGate(machine);
    const { daemon, serving } = await machine.begin();
    await serving;
    await until("it is active", () => stateOf(daemon) === "active" && machine.vips.size === 1);
    const web = config().virtual_servers.web;
    machine.configure(config(alone, { more: { ...web, address: "192.0.2.11/24" } }));
    gate.shut();
    const reload = daemon.reload({ yes: true, discard: null });
    await gate.reached;
    const ended = ending === "stop" ? daemon.stop("the test stops it") : daemon.leave();
    const isKept = () => machine.expiring.size > 0;
    const isReleased = () => machine.vips.size === 0;
    await until("the machine has ended", ending === "stop" ? isReleased : isKept);
    gate.open();
    await Promise.all([ended, reload]);
    if (ending === "stop") assert.equal(machine.vips.size, 0);
    else assert.deepEqual([...machine.expiring], [...machine.vips.keys()], "each VIP expires");
    assert.deepEqual([...network.listening], []);
    assert.equal(machine.watched, false);
    if (ending === "stop") assert.deepEqual(new Set(machine.settings.values()), new Set(["0"]));
  });

test("a standby that is a real server itself balances for nobody else while it stands by", async () => {
  const network = new MemorySwitch();
  const machines = [primary, backup].map((own) => new MemoryMachine(network, own));
  const [one, two] = machines as [MemoryMachine, MemoryMachine];
  const { web } = config().virtual_servers;
  const real_servers = { one: { address: primary }, two: { address: backup } };
  for (const machine of machines)
    machine.configure(config({ virtual_servers: { web: { ...web, real_servers } } }));
  const first = (await one.begin()).daemon;
  const second = (await two.begin()).daemon;
  running.push(first, second);
  const served = ({ kernel }: MemoryMachine): string[] =>
    [...kernel.table.values()]
      .flatMap(({ destinations }) => [...destinations.values()])
      .map(({ identity }) => identity.address)
      .sort();
  const is = (machine: MemoryMachine, ...wanted: readonly string[]) =>
    served(machine).join() === wanted.join();
  await until(
    "the primary balances",
    () => stateOf(first) === "active" && is(one, primary, backup),
  );
  await until(
    "the backup does not",
    () => stateOf(second) === "standby" && !is(two, primary, backup),
  );
  await until("a switchover is granted", async () => (await first.switchover()).ok);
  await until("the backup balances", () => is(two, primary, backup));
  await until("the primary does not any more", () => !is(one, primary, backup));
});
