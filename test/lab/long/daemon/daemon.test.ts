import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Daemon } from "../../../../src/daemon/daemon.ts";
import type { IpAddress } from "../../../../src/model/address.ts";
import { MemoryMachine, MemorySwitch } from "../../../daemon/memory-machine.ts";
import { eventually as until } from "../../../eventually.ts";

const primary = "192.0.2.2";
const backup = "192.0.2.3";

const config = (more: object = {}) => ({
  routers: { primary: { public: primary }, backup: { public: backup } },
  heartbeat: { authentication: "none", interval: "20ms", dead_after: "400ms" },
  failover: { start_delay: "100ms", failback_delay: "100ms", monitor_links: false },
  checks: { concurrency: 10 },
  virtual_servers: {
    web: {
      address: "192.0.2.10/24",
      device: "eth0",
      port: 80,
      forwarding: "direct",
      check: { type: "tcp", interval: "100ms" },
      real_servers: { rs1: { address: "192.0.2.21" }, rs2: { address: "192.0.2.22" } },
    },
  },
  ...more,
});

const running: Daemon[] = [];
after(() => Promise.all(running.splice(0).map((daemon) => daemon.stop("the test ends"))));

async function start(machine: MemoryMachine): Promise<Daemon> {
  const daemon = await machine.start();
  running.push(daemon);
  return daemon;
}

async function stop(daemon: Daemon): Promise<void> {
  running.splice(running.indexOf(daemon), 1);
  await daemon.stop("the test stops it");
}

const stateOf = (daemon: Daemon) => daemon.serving?.engine.router.state;
const servers = ({ kernel }: MemoryMachine): number =>
  [...kernel.table.values()].reduce((sum, { destinations }) => sum + destinations.size, 0);

test("a lone router holds and programs what it serves, and leaves the machine as it was", async () => {
  const machine = new MemoryMachine(new MemorySwitch(), primary);
  machine.configure(config({ routers: { primary: { public: primary } } }));
  const daemon = await start(machine);
  await until("it is active", () => stateOf(daemon) === "active");
  await until("both real servers are in the table", () => servers(machine) === 2);
  const { state, vips, faults, virtual_servers } = await daemon.status();
  assert.equal(state, "active");
  assert.deepEqual(
    vips.map(({ address, device, held }) => [address, device, held]),
    [["192.0.2.10/24", "eth0", true]],
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(
    virtual_servers.map(({ name, state }) => [name, state]),
    [["web", "up"]],
  );
  assert.ok(machine.settings.size > 0, "settings of the kernel are set");

  machine.dead.add("192.0.2.22:80");
  await until("a dead real server leaves the table", () => servers(machine) === 1);
  await stop(daemon);
  assert.deepEqual([...machine.vips], []);
  assert.equal(machine.kernel.table.size, 0);
  assert.deepEqual(new Set(machine.settings.values()), new Set(["0"]), "settings are put back");
});

test("a reload touches what changed, and a file that is refused changes nothing", async () => {
  const machine = new MemoryMachine(new MemorySwitch(), primary);
  const alone = { routers: { primary: { public: primary } } };
  machine.configure(config(alone));
  const daemon = await start(machine);
  await until("both real servers are in the table", () => servers(machine) === 2);
  await until("it is active", () => stateOf(daemon) === "active");
  machine.kernel.applied = [];

  machine.configure({ ...config(alone), virtual_server: {} });
  const refused = await daemon.reload({ yes: false, discard: null });
  assert.ok("ok" in refused && !refused.ok, "an unknown key is refused");
  assert.match(JSON.stringify((await daemon.status()).config.error), /virtual_server/);
  assert.deepEqual(machine.kernel.applied, []);

  const { web } = config().virtual_servers;
  const third = { ...web.real_servers, rs3: { address: "192.0.2.23" } };
  machine.configure(
    config({ ...alone, virtual_servers: { web: { ...web, real_servers: third } } }),
  );
  assert.ok("changes" in (await daemon.reload({ yes: false, discard: null })));
  await until("the new real server is in the table", () => servers(machine) === 3);
  assert.deepEqual(machine.kernel.applied.length, 1, machine.kernel.applied.join("; "));
  assert.equal((await daemon.status()).config.error, null);
});

test("the backup takes over from a primary that is cut off, and gives back to it", async () => {
  const network = new MemorySwitch();
  const machines = [primary, backup].map((own) => new MemoryMachine(network, own));
  const [one, two] = machines as [MemoryMachine, MemoryMachine];
  for (const machine of machines) machine.configure(config());
  const first = await start(one);
  const second = await start(two);
  await until("the primary is active", () => stateOf(first) === "active");
  await until("the backup stands by", () => stateOf(second) === "standby");
  await until("the standby's table is programmed", () => servers(two) === 2);
  assert.deepEqual([one.vips.size, two.vips.size], [1, 0]);

  network.cut.add(primary as IpAddress);
  await until("the backup is active", () => stateOf(second) === "active");
  assert.equal(two.vips.size, 1);
  network.cut.clear();
  await until("one holder is left", () => one.vips.size + two.vips.size === 1);
  await until("the primary has it back", () => one.vips.size === 1 && two.vips.size === 0);
  await until("the backup stands by", () => stateOf(second) === "standby");

  await until("an operator's switchover is granted", async () => (await first.switchover()).ok);
  await until("the backup holds", () => two.vips.size === 1 && one.vips.size === 0);
  await stop(second);
  await until("a stopped holder hands over", () => one.vips.size === 1 && two.vips.size === 0);
});

test("a next process goes on where an announced restart has left", async () => {
  const machine = new MemoryMachine(new MemorySwitch(), primary);
  machine.configure(config({ routers: { primary: { public: primary } } }));
  const daemon = await start(machine);
  await until("it is active", () => stateOf(daemon) === "active");
  await until("both real servers are in the table", () => servers(machine) === 2);
  machine.kernel.applied = [];
  running.splice(running.indexOf(daemon), 1);
  await daemon.leave();
  assert.equal(machine.vips.size, 1, "the address stays");
  assert.equal(servers(machine), 2, "the table stays");

  const next = await start(machine);
  await until("the next process is active", () => stateOf(next) === "active");
  assert.deepEqual(machine.kernel.applied, [], "nothing was programmed again");
  assert.ok(machine.settings.size > 0);
  await stop(next);
  assert.deepEqual(new Set(machine.settings.values()), new Set(["0"]), "what the first found");
  assert.equal(machine.vips.size, 0);
});

test("loads and host names make one table of both routers, and a takeover changes nothing in it", async () => {
  const network = new MemorySwitch();
  const machines = [primary, backup].map((own) => new MemoryMachine(network, own ?? ""));
  const [one, two] = machines;
  assert.ok(one !== undefined && two !== undefined);
  const web = config().virtual_servers.web;
  const monitor = { type: "command", interval: "1s", args: ["%h"] };
  const named = { rs1: { address: "192.0.2.21" }, app: { address: "app.internal" } };
  for (const machine of machines) {
    machine.configure(
      config({ virtual_servers: { web: { ...web, load_monitor: monitor, real_servers: named } } }),
    );
    for (const last of ["21", "31", "32"]) machine.loads.set(`192.0.2.${last}`, "0.1");
  }
  // The standby's name server has another answer, and its programs another load.
  one.names.set("app.internal", ["192.0.2.32", "192.0.2.31"]);
  two.names.set("app.internal", ["192.0.2.33"]);
  one.loads.set("192.0.2.31", "load average: 1.4");
  const table = ({ kernel }: MemoryMachine): string =>
    [...kernel.table.values()]
      .flatMap(({ destinations }) =>
        Array.from(destinations.values(), (each) => `${each.identity.address} ${each.weight}`),
      )
      .join(", ");
  const wanted = "192.0.2.21 100, 192.0.2.31 50, 192.0.2.32 100";
  const first = await start(one);
  await until("the primary is active", () => stateOf(first) === "active");
  const second = await start(two);
  await until(`the primary's table: ${wanted}`, () => table(one) === wanted);
  await until("the same on the backup", () => table(two) === wanted);
  const { names, virtual_servers } = await second.status();
  const answered = names[0]?.answered ?? "";
  assert.ok(Date.now() - Date.parse(answered) < 10_000, `the answer is young: ${answered}`);
  assert.deepEqual(names, [
    {
      name: "app.internal",
      addresses: ["192.0.2.31", "192.0.2.32"],
      answered,
      source: "peer",
      last_error: null,
    },
  ]);
  const [, loaded] = virtual_servers[0]?.real_servers ?? [];
  assert.deepEqual(
    [loaded?.name, loaded?.effective_weight, loaded?.load?.factor],
    ["app@192.0.2.31", 0.5, 0.5],
  );
  two.names.set("app.internal", ["192.0.2.31", "192.0.2.32"]);
  two.loads.set("192.0.2.31", "load average: 1.4");
  network.cut.add(primary as IpAddress);
  await until("the backup takes over", () => stateOf(second) === "active");
  assert.equal(table(two), wanted);
  two.loads.set("192.0.2.31", "0.1");
  const whole = "192.0.2.21 1, 192.0.2.31 1, 192.0.2.32 1";
  await until(`its own answers hold: ${whole}`, () => table(two) === whole);
});

test("without any name server a restart, a takeover and a plan go by the last answers", async () => {
  const network = new MemorySwitch();
  const machines = [primary, backup].map((own) => new MemoryMachine(network, own));
  const [one, two] = machines as [MemoryMachine, MemoryMachine];
  const written = (more: object = {}): object => {
    const { web } = config().virtual_servers;
    const real_servers = { app: { address: "app.internal" }, ...more };
    return config({ virtual_servers: { web: { ...web, real_servers } } });
  };
  for (const machine of machines) {
    machine.configure(written());
    machine.names.set("app.internal", ["192.0.2.31", "192.0.2.32"]);
  }
  let first = await start(one);
  const second = await start(two);
  await until("both have the real servers", () => servers(one) === 2 && servers(two) === 2);
  await until("the primary is active", () => stateOf(first) === "active");

  for (const machine of machines) machine.names.clear();
  await stop(first);
  await until("the backup takes over", () => stateOf(second) === "active");
  assert.equal(servers(two), 2, "with the addresses that it had");
  first = await start(one);
  await until("the primary has them from the disk or the backup", () => servers(one) === 2);
  await until("its own question is not answered", async () => {
    return (await first.status()).names[0]?.last_error === "no answer";
  });

  one.configure(written({ other: { address: "other.internal" } }));
  const plan = await first.plan({ yes: true });
  assert.ok(plan.ok, JSON.stringify(plan));
  const known = plan.names?.map(({ name, addresses }) => `${name} ${addresses}`);
  assert.deepEqual(known, ["app.internal 192.0.2.31,192.0.2.32", "other.internal "]);
  await stop(second);
  await until("the primary is active again", () => stateOf(first) === "active");
  assert.equal(servers(one), 2);
});
