import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { Arbiter } from "../../../src/daemon/failover/arbiter.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms } from "../../../src/model/time.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";
import type { Gateway } from "../../../src/system/net/gateway-probe.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const gateway = address("192.0.2.254");
const far = address("198.51.100.1");

const withGateways = (...gateways: readonly string[]): Config => {
  const plain = config();
  return {
    ...plain,
    heartbeat: { ...plain.heartbeat, deadAfter: ms(400) },
    failover: { ...plain.failover, gateway: gateways.map(address) },
    vips: [
      {
        prefix: { address: address("192.0.2.10"), length: 24 },
        device: "eth0",
        label: null,
        kind: "vip",
      },
    ],
  };
};

const device = (...addresses: readonly string[]): Interface => ({
  name: "eth0",
  index: 7,
  mac: "02:00:00:00:00:01",
  up: true,
  carrier: true,
  operstate: "UP",
  addresses: addresses.map((each) => ({
    prefix: { address: address(each), length: 24 },
    label: "eth0",
    tentative: false,
    expires: false,
    source: true,
  })),
});

/** An arbiter before a network in which answers lie ready or do not. */
function bench() {
  const events: EventBody[] = [];
  const seen = { asked: 0, changes: 0, aims: [] as (readonly Gateway[])[], closed: 0 };
  const network = { answers: true, waiting: false, broken: null as string | null };
  const arbiter = new Arbiter({
    openProbe: () => ({
      aim: (gateways) => {
        seen.aims.push(gateways);
        if (network.broken !== null) throw new MachineError(network.broken);
      },
      ask: () => {
        seen.asked += 1;
        network.waiting ||= network.answers;
        return [];
      },
      look: () => {
        const { waiting } = network;
        network.waiting = false;
        return waiting;
      },
      close: () => {
        seen.closed += 1;
      },
    }),
    report: (event) => events.push(event),
    faultsChanged: () => {
      seen.changes += 1;
    },
  });
  return { arbiter, events, seen, network };
}

const pass = (length: number): void => {
  for (let passed = 0; passed < length; passed += 1) mock.timers.tick(1);
};

describe("the arbiter", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval"] }));
  afterEach(() => mock.timers.reset());

  it("is a fault when it has not answered for dead_after, until it answers again", (t) => {
    const { arbiter, network, seen } = bench();
    t.after(() => arbiter.close());
    arbiter.configure(withGateways(gateway, far), "primary");
    pass(2000);
    assert.deepEqual([arbiter.faults(), seen.changes], [[], 0]);
    network.answers = false;
    pass(395);
    assert.deepEqual(arbiter.faults(), []);
    pass(110);
    const text = "no answer from 192.0.2.254, 198.51.100.1 for 400ms";
    assert.deepEqual(arbiter.faults(), [
      { kind: "arbiter", subject: "192.0.2.254, 198.51.100.1", text },
    ]);
    network.answers = true;
    pass(110);
    assert.deepEqual([arbiter.faults(), seen.changes], [[], 2]);
  });

  it("is not missed by a process that slept", (t) => {
    const { arbiter, seen } = bench();
    t.after(() => arbiter.close());
    arbiter.configure(withGateways(gateway), "primary");
    mock.timers.tick(60_000);
    pass(500);
    assert.deepEqual([arbiter.faults(), seen.changes], [[], 0]);
  });

  it("answers the quick question at once, or not at all within 300 ms", async (t) => {
    const { arbiter, network, seen } = bench();
    t.after(() => arbiter.close());
    arbiter.configure(withGateways(gateway), "primary");
    const yes = arbiter.probe();
    pass(2);
    assert.equal(await yes, true);
    network.answers = false;
    // What came before the question is no answer to it.
    network.waiting = true;
    const before = seen.asked;
    const no = arbiter.probe();
    pass(300);
    assert.equal(await no, false);
    assert.ok(seen.asked - before >= 3, "three tries");
  });

  it("is reached by the own address of its network, never by a VIP", (t) => {
    const { arbiter, seen } = bench();
    t.after(() => arbiter.close());
    arbiter.configure(withGateways(gateway, far), "primary");
    arbiter.look([device("192.0.2.10", "192.0.2.77", "192.0.2.9")]);
    const link = { index: 7, mac: "02:00:00:00:00:01", source: "192.0.2.9" };
    assert.deepEqual(seen.aims.at(-1), [
      { address: gateway, link },
      { address: far, link: null },
    ]);
    const aims = seen.aims.length;
    arbiter.look([device("192.0.2.9", "192.0.2.77")]);
    assert.equal(seen.aims.length, aims, "the same ways are not opened anew");
  });

  it("that cannot be asked is a fault, and the reason is reported once", (t) => {
    const { arbiter, network, events } = bench();
    t.after(() => arbiter.close());
    Object.assign(network, { broken: "no raw sockets", answers: false });
    arbiter.configure(withGateways(gateway), "primary");
    pass(1000);
    assert.equal(arbiter.faults().length, 1);
    assert.deepEqual(
      events.map((event) => (event.event === "machine" ? event.text : event.event)),
      ["no arbiter is asked: no raw sockets"],
    );
  });

  it("is forgotten when a reload takes it away", (t) => {
    const { arbiter, network, seen } = bench();
    t.after(() => arbiter.close());
    network.answers = false;
    arbiter.configure(withGateways(gateway), "primary");
    pass(1000);
    assert.equal(arbiter.faults().length, 1);
    arbiter.configure(withGateways(), "primary");
    const { asked } = seen;
    pass(1000);
    assert.deepEqual([arbiter.faults(), seen.asked, seen.closed], [[], asked, 1]);
  });
});
