import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock, type TestContext, test } from "node:test";
import { AwaitedPeer } from "../../../src/daemon/failover/awaited-peer.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { leaveAwaitedPeer } from "../../../src/system/process/left-words.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const vip = {
  prefix: { address: address("192.0.2.10"), length: 24 },
  device: "eth0",
  label: null,
  kind: "vip" as const,
};

function bench(t: TestContext, { left = true, broken = false } = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), "lvsd-awaited-"));
  t.after(() => rmSync(stateDir, { recursive: true }));
  if (left) leaveAwaitedPeer(stateDir);
  mock.timers.enable({ apis: ["setInterval"] });
  t.after(() => mock.timers.reset());
  const network = { answers: true, cannotAsk: [] as string[], opened: 0 };
  const events: EventBody[] = [];
  const awaited = new AwaitedPeer({
    stateDir,
    openProbe: () => {
      network.opened += 1;
      return {
        aim: () => {
          if (broken) throw new MachineError("no sockets here");
        },
        ask: () => network.cannotAsk,
        look: () => network.answers,
        close: () => {},
      };
    },
    report: (event) => events.push(event),
    running: () => ({ config: { ...config(), vips: [vip] }, role: "backup" }),
  });
  let over = false;
  void awaited.over.then(() => {
    over = true;
  });
  awaited.begin();
  awaited.look([]);
  const settled = async (forMs = 0): Promise<boolean> => {
    mock.timers.tick(forMs);
    await new Promise((resolve) => setImmediate(resolve));
    return over;
  };
  const file = join(stateDir, "await-peer");
  return { awaited, network, events, settled, isLeft: () => existsSync(file) };
}

test("without the file there is nothing to wait for, and nothing is said", async (t) => {
  const { awaited, settled, events } = bench(t, { left: false });
  assert.equal(await settled(), true);
  assert.equal(awaited.waits, false);
  assert.deepEqual(events, []);
});

test("it waits for as long as somebody answers for the VIPs, and ends with the peer", async (t) => {
  const { awaited, settled, events, isLeft } = bench(t);
  assert.equal(await settled(3_600_000), false);
  assert.equal(isLeft(), true);
  awaited.heard();
  assert.equal(await settled(), true);
  assert.equal(isLeft(), false, "the next start does not wait");
  assert.deepEqual(
    events.map((event) => event.kind),
    ["awaits-peer", "awaits-peer"],
  );
});

test("before any answer, silence lasts as long as a switch may block its port", async (t) => {
  const { network, settled } = bench(t);
  network.answers = false;
  assert.equal(await settled(39_000), false);
  assert.equal(await settled(1500), true);
});

test("when nobody answers any more for 4 s, it is over too", async (t) => {
  const { network, settled, isLeft } = bench(t);
  assert.equal(await settled(10_000), false);
  network.answers = false;
  assert.equal(await settled(3400), false);
  network.answers = true;
  assert.equal(await settled(1000), false);
  network.answers = false;
  assert.equal(await settled(4500), true);
  assert.equal(isLeft(), false);
});

const link = { kind: "ether", mtu: 1500, mac: "02:00:00:00:00:01", master: null };
const device = (carrier: boolean) =>
  ({
    ...link,
    name: "eth0",
    index: 2,
    up: true,
    carrier,
    addresses: [{ prefix: { address: address("192.0.2.2"), length: 24 }, label: "eth0" }],
  }) as unknown as Parameters<AwaitedPeer["look"]>[0][number];

test("silence behind a link that carries nothing, or of questions that fail, is none", async (t) => {
  const { awaited, network, settled, isLeft } = bench(t);
  network.answers = false;
  awaited.look([device(false)]);
  assert.equal(await settled(3_600_000), false);
  awaited.look([device(true)]);
  network.cannotAsk = ["192.0.2.10: network is down"];
  assert.equal(await settled(3_600_000), false);
  assert.equal(isLeft(), true);
  network.cannotAsk = [];
  assert.equal(await settled(39_000), false);
  assert.equal(await settled(1500), true);
});

test("where nobody can be asked, it waits for the peer", async (t) => {
  const { settled, events } = bench(t, { broken: true });
  assert.equal(await settled(60_000), false);
  assert.ok(events.some((event) => "text" in event && /is not asked/.test(String(event.text))));
});

test("a look at the interfaces that ends after the daemon's end begins no wait anew", async (t) => {
  const { awaited, network, settled, isLeft } = bench(t);
  assert.equal(network.opened, 1);
  awaited.close();
  awaited.look([]);
  network.answers = false;
  assert.equal(await settled(60_000), false);
  assert.deepEqual([network.opened, isLeft()], [1, true], "the next process waits for the peer");
});
