/** Connection synchronisation against a kernel that is a map. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ConnectionSync } from "../../../src/daemon/connections/connection-sync.ts";
import type { SyncDaemon, SyncDaemonKind } from "../../../src/kernel/sync-text.ts";
import { MachineError } from "../../../src/model/error.ts";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import type { Instant } from "../../../src/model/time.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";

const config = { device: "eth1", id: 1, ...usualSyncTarget, maxLength: 160 };
const both = ["master eth1 1", "backup eth1 1"];
const waiting = "connections are being synchronised";

const eth1 = (index: number, up = true): Interface => ({
  name: "eth1",
  index,
  mac: null,
  up,
  carrier: up,
  operstate: "up",
  addresses: [],
});

/** A kernel, a clock that the test moves, and what was said. */
function make(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const running = new Map<SyncDaemonKind, SyncDaemon>();
  const kernel = {
    failure: null as string | null,
    starts: 0,
    changes: 0,
    listening: true,
    waiting: 0,
    dropped: 0,
  };
  const refuseIfAsked = (): void => {
    if (kernel.failure !== null) throw new MachineError(kernel.failure);
  };
  const said: string[] = [];
  let at = 0;
  const sync = new ConnectionSync({
    daemons: {
      read: async () => [...running.values()],
      start: async (daemon) => {
        refuseIfAsked();
        if (running.has(daemon.kind)) throw new MachineError("Daemon has already run");
        kernel.starts += 1;
        running.set(daemon.kind, daemon);
      },
      stop: async (kind) => {
        if (!running.delete(kind)) throw new MachineError("No daemon is running");
      },
      intake: () => kernel,
    },
    report: (event) => said.push(`${event.kind}: ${sentenceOf(event)}`),
    now: () => at as Instant,
    missingChanged: () => {
      kernel.changes += 1;
    },
  });
  t.after(() => sync.stop());
  return {
    sync,
    running,
    kernel,
    said,
    runs: () => [...running.values()].map(({ kind, device, id }) => `${kind} ${device} ${id}`),
    /** Lets time pass in steps of a second, with whatever falls due. */
    async pass(seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second += 1) {
        at += 1000;
        t.mock.timers.tick(1000);
        await sync.settled();
      }
    },
  };
}

test("without the key nothing is touched, and status says null", async (t) => {
  const { sync, running, pass, runs } = make(t);
  running.set("master", {
    kind: "master",
    device: "eth9",
    id: 9,
    datagramBytes: null,
    ...usualSyncTarget,
  });
  sync.configure(null);
  sync.stepped(false, true, false);
  await pass(10);
  assert.deepEqual(runs(), ["master eth9 9"]);
  assert.equal(sync.status(), null);
  assert.equal(sync.missing(), null);
});

test("both daemons run on both routers, and status names the direction in use", async (t) => {
  const { sync, runs, said } = make(t);
  sync.configure(config);
  assert.deepEqual(sync.status(), { state: "off", device: "eth1", id: 1 });
  await sync.settled();
  assert.deepEqual(runs(), both);
  assert.equal(sync.status()?.state, "backup");
  sync.stepped(true, false, false);
  assert.equal(sync.status()?.state, "master");
  assert.deepEqual(runs(), both);
  assert.match(said.join(), /^running: .* on eth1, id 1$/);
});

test("daemons of an earlier run are taken over as they stand", async (t) => {
  const { sync, kernel, pass } = make(t);
  sync.configure(config);
  sync.interfacesRead([eth1(3)]);
  await sync.settled();
  assert.equal(kernel.starts, 2);
  await pass(20);
  assert.equal(kernel.starts, 2);
});

test("what the kernel had no room for is reported once, also by a daemon that begins anew", async (t) => {
  const { sync, kernel, said, pass } = make(t);
  kernel.dropped = 67;
  sync.configure(config);
  await sync.settled();
  await pass(10);
  assert.doesNotMatch(said.join("\n"), /dropped/, "an earlier process has told that");
  kernel.dropped = 400;
  await pass(10);
  kernel.dropped = 0;
  await pass(10);
  kernel.dropped = 5;
  await pass(10);
  const told = said.filter((line) => line.startsWith("dropped: "));
  assert.deepEqual(
    told.map((line) => Number(/(\d+) datagrams/.exec(line)?.[1])),
    [333, 5],
  );
  assert.match(told.join(), /raise net\.core\.rmem_max/);
});

test("the kernel is asked what it has not taken in while connections are sent to it", async (t) => {
  const { sync, kernel } = make(t);
  kernel.waiting = 768;
  sync.configure(null);
  assert.equal(sync.takenIn(), true, "somebody else's");
  sync.configure(config);
  sync.interfacesRead([eth1(3)]);
  await sync.settled();
  assert.equal(sync.takenIn(), false);
  kernel.waiting = 0;
  assert.equal(sync.takenIn(), true);
});

test("what another program stopped or changed is put right and reported", async (t) => {
  const { sync, running, runs, said, pass } = make(t);
  sync.configure(config);
  await sync.settled();
  running.delete("backup");
  running.set("master", {
    kind: "master",
    device: "eth0",
    id: 9,
    datagramBytes: null,
    ...usualSyncTarget,
  });
  await pass(5);
  assert.deepEqual([...runs()].sort(), [...both].sort());
  assert.match(said.at(-1) ?? "", /^repaired: .*master and backup daemon .* started again$/);
});

test("while the two agree on a change no program is started, for a second at most", async (t) => {
  const { sync, running, runs, pass } = make(t);
  sync.configure(config);
  await sync.settled();
  running.clear();
  sync.stepped(true, false, true);
  await pass(5);
  assert.deepEqual(runs(), [], "the look that was due has been put off");
  await pass(1);
  assert.deepEqual(runs(), both);
});

test("a device that is missing is reported once, tried every second, and over when it comes", async (t) => {
  const { sync, kernel, runs, said, pass } = make(t);
  kernel.failure = "No such device";
  sync.configure(config);
  sync.interfacesRead([]);
  await pass(5);
  assert.deepEqual(
    said.filter((line) => line.startsWith("failed")).map((line) => /eth1 is missing/.test(line)),
    [true],
  );
  assert.equal(sync.status()?.state, "off");
  kernel.failure = null;
  await pass(1);
  assert.deepEqual(runs(), both);
  assert.match(said.at(-1) ?? "", /^recovered/);
});

test("a device that was made anew gets new daemons: the old ones hear nothing", async (t) => {
  const { sync, kernel, pass } = make(t);
  sync.interfacesRead([eth1(3)]);
  sync.configure(config);
  sync.interfacesRead([eth1(3)]);
  await pass(6);
  assert.equal(kernel.starts, 2);
  sync.interfacesRead([eth1(8)]);
  await sync.settled();
  assert.equal(kernel.starts, 4);
});

test("a standby is whole a refresh period and the kernel's delay after both sides run", async (t) => {
  const { sync, kernel, pass } = make(t);
  sync.configure(config);
  await sync.settled();
  assert.equal(sync.missing(), null, "nobody is active: there is nothing to wait for");
  sync.stepped(false, true, false);
  assert.equal(sync.missing(), waiting);
  await pass(12);
  assert.equal(sync.missing(), waiting);
  assert.equal(kernel.changes, 0);
  await pass(1);
  assert.equal(sync.missing(), null);
  assert.equal(kernel.changes, 1);
});

test("a daemon that was gone in between begins the period anew", async (t) => {
  const { sync, running, pass } = make(t);
  sync.configure(config);
  await sync.settled();
  sync.stepped(false, true, false);
  await pass(9);
  running.delete("backup");
  await pass(5);
  assert.equal(sync.missing(), waiting);
  await pass(12);
  assert.equal(sync.missing(), null);
});

test("failback waits 30 s at most, then goes on and says so", async (t) => {
  const { sync, kernel, said, pass } = make(t);
  kernel.failure = "No such device";
  sync.configure(config);
  sync.stepped(false, true, false);
  await pass(29);
  assert.equal(sync.missing(), waiting);
  await pass(1);
  assert.equal(sync.missing(), null);
  assert.equal(said.filter((line) => line.startsWith("incomplete")).length, 1);
});

test("a reload moves the daemons, and takes them away", async (t) => {
  const { sync, runs } = make(t);
  sync.configure(config);
  await sync.settled();
  sync.configure({ ...config, device: "eth0", id: 2 });
  await sync.settled();
  assert.deepEqual(runs(), ["master eth0 2", "backup eth0 2"]);
  sync.configure(null);
  await sync.settled();
  assert.deepEqual(runs(), []);
  assert.equal(sync.status(), null);
});

test("the end of lvsd is the end of the daemons", async (t) => {
  const { sync, runs, pass } = make(t);
  sync.configure(config);
  await sync.settled();
  await sync.stop();
  assert.deepEqual(runs(), []);
  await pass(10);
  assert.deepEqual(runs(), []);
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("no daemon is changed while somebody uses one, and the end waits for that", async (t) => {
  const { sync, runs } = make(t);
  const using = Promise.withResolvers<void>();
  const used = sync.undisturbed(() => using.promise);
  sync.configure(config);
  await turn();
  const left = sync.leave().then(() => "ended");
  assert.equal(await Promise.race([left, turn()]), undefined, "it is still being used");
  assert.deepEqual(runs(), []);
  using.resolve();
  await used;
  assert.equal(await left, "ended");
  const after = sync.undisturbed(async () => assert.fail("used after the end"));
  await assert.rejects(after, /^MachineError: the synchronisation of connections has ended$/);
});

test("what fails while it uses a daemon fails alone", async (t) => {
  const { sync, runs } = make(t);
  const failing = sync.undisturbed(() => Promise.reject(new MachineError("no way out")));
  sync.configure(config);
  await assert.rejects(failing, /no way out/);
  await sync.settled();
  assert.deepEqual(runs(), both);
});
