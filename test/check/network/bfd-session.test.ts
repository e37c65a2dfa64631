import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import {
  type BfdPacket,
  bfdStates,
  decodeBfd,
  encodeBfd,
} from "../../../src/check/network/bfd-packet.ts";
import {
  type BfdInput,
  type BfdRules,
  type BfdSession,
  bfdWakeAt,
  detectionTime,
  isDetectionDue,
  isOwnPause,
  lastBfdPacket,
  resumeBfd,
  silentRules,
  startBfd,
  stepBfd,
} from "../../../src/check/network/bfd-session.ts";
import { isRefused } from "../../../src/model/error.ts";
import { addMs, between, type Instant, instant, ms, seconds } from "../../../src/model/time.ts";

const quick: BfdRules = { minTx: ms(50), minRx: ms(50), multiplier: 3, passive: false };
const start = instant(1000);
/** From one end to the other. */
const way = ms(1);

interface Sent {
  readonly at: Instant;
  readonly packet: BfdPacket;
}

/** Two ends, a wire and a clock. */
class World {
  now: Instant = start;
  cut = false;
  readonly ends: Record<"a" | "b", BfdSession>;
  readonly sent: Record<"a" | "b", Sent[]> = { a: [], b: [] };
  #flying: { readonly to: "a" | "b"; readonly at: Instant; readonly packet: BfdPacket }[] = [];
  #seed = 1;

  constructor(a: BfdRules, b: BfdRules) {
    this.ends = { a: startBfd(a, 0xa, start), b: startBfd(b, 0xb, start) };
  }

  input(name: "a" | "b", input: BfdInput): void {
    // A plain generator of numbers, so that each run is the same.
    this.#seed = (this.#seed * 48_271) % 0x7fff_ffff;
    const moment = { now: this.now, random: this.#seed / 0x7fff_ffff };
    const { session, packets } = stepBfd(this.ends[name], input, moment);
    this.ends[name] = session;
    for (const packet of packets) this.send(name, packet);
  }

  send(name: "a" | "b", packet: BfdPacket): void {
    this.sent[name].push({ at: this.now, packet });
    const to = name === "a" ? "b" : "a";
    if (!this.cut) this.#flying.push({ to, at: addMs(this.now, way), packet });
  }

  /** Until it holds, or for so long. */
  run(length: number, holds: () => boolean = () => false): void {
    const end = addMs(this.now, ms(length));
    while (!holds()) {
      const wakes = (["a", "b"] as const).map((name) => {
        return { name, at: bfdWakeAt(this.ends[name]) ?? instant(Number.POSITIVE_INFINITY) };
      });
      const [wake = { name: "a" as const, at: end }] = wakes.toSorted((x, y) => x.at - y.at);
      const flying = this.#flying[0];
      const next = Math.min(wake.at, flying?.at ?? Number.POSITIVE_INFINITY);
      if (next > end) break;
      this.now = instant(Math.max(this.now, next));
      if (flying !== undefined && flying.at <= wake.at) {
        this.#flying.shift();
        const packet = decodeBfd(encodeBfd(flying.packet));
        assert.ok(!isRefused(packet));
        this.input(flying.to, { kind: "heard", packet });
      } else this.input(wake.name, { kind: "wake" });
    }
    if (!holds()) this.now = end;
  }

  get states(): string {
    return `${this.ends.a.state} ${this.ends.b.state}`;
  }

  /** Both up, and no poll open. */
  rise(): this {
    this.run(3000, () => this.states === "up up");
    assert.equal(this.states, "up up");
    this.run(500);
    return this;
  }
}

const gaps = (sent: readonly Sent[]): number[] =>
  sent.slice(1).map(({ at }, index) => between(sent[index]?.at ?? at, at));

const anyPacket: fc.Arbitrary<BfdPacket> = fc.record({
  state: fc.constantFrom(...bfdStates),
  diagnostic: fc.integer({ min: 0, max: 31 }),
  poll: fc.boolean(),
  final: fc.boolean(),
  demand: fc.boolean(),
  multiplier: fc.integer({ min: 1, max: 255 }),
  mine: fc.constantFrom(0xb, 0xc),
  yours: fc.constantFrom(0, 0xa, 0xd),
  minTx: fc.constantFrom(ms(0), ms(50), seconds(1)),
  minRx: fc.constantFrom(ms(0), ms(50), seconds(1)),
});

describe("a BFD session comes up", () => {
  it("within three packets of each side, and then is as quick as both take it", () => {
    const world = new World(quick, { ...quick, minRx: ms(100) });
    world.run(3000, () => world.states === "up up");
    assert.equal(world.states, "up up");
    assert.ok(between(start, world.now) < 2100, `${between(start, world.now)} ms`);
    const slow = gaps(world.sent.a.filter(({ packet }) => packet.state === "down"));
    assert.ok(
      slow.every((gap) => gap >= 750),
      `once a second until then: ${slow}`,
    );
    world.run(500);
    world.sent.a = [];
    world.run(10_000);
    const gap = gaps(world.sent.a);
    assert.ok(gap.length > 90, `${gap.length} packets`);
    assert.ok(
      gap.every((each) => each >= 75 && each <= 100.001),
      `${Math.max(...gap)}`,
    );
    assert.equal(detectionTime(world.ends.b), 300);
    assert.equal(detectionTime(world.ends.a), 150);
  });

  it("with a passive end, which waits, and never with two", () => {
    const world = new World(quick, { ...quick, passive: true });
    assert.equal(bfdWakeAt(world.ends.b), null);
    world.rise();
    const silent = new World({ ...quick, passive: true }, { ...quick, passive: true });
    silent.run(10_000);
    assert.equal(silent.states, "down down");
    assert.equal(silent.sent.a.length + silent.sent.b.length, 0);
  });

  it("never without a word of the peer's about this very session", () => {
    fc.assert(
      fc.property(fc.array(anyPacket, { maxLength: 30 }), (packets) => {
        let session = startBfd(quick, 0xa, start);
        let now = start;
        for (const packet of packets) {
          // What the codec refuses never comes here.
          if (isRefused(decodeBfd(encodeBfd(packet)))) continue;
          now = addMs(now, ms(10));
          const before = session;
          const step = stepBfd(session, { kind: "heard", packet }, { now, random: 0.5 });
          session = step.session;
          if (session.state === "up" && before.state !== "up")
            assert.ok(packet.yours === 0xa && ["init", "up"].includes(packet.state));
          if (packet.yours === 0xd) assert.equal(session, before, "it is another session's");
          assert.ok(step.packets.length <= 1, "one answer to a packet at most");
          for (const { poll, final } of step.packets) assert.ok(!(poll && final));
          if (packet.poll && packet.yours !== 0xd)
            assert.ok(step.packets[0]?.final, "a poll is answered at once");
          const wake = bfdWakeAt(session);
          assert.ok(wake === null || Number.isFinite(wake));
        }
      }),
    );
  });

  it("sends less than the interval where one lost packet ends it", () => {
    const once = { ...quick, multiplier: 1 };
    const world = new World(once, once).rise();
    world.sent.a = [];
    world.run(5000);
    assert.ok(gaps(world.sent.a).every((gap) => gap >= 37.5 && gap <= 45.001));
  });
});

describe("a BFD session goes down", () => {
  it("when nothing is heard for the detection time, and says so once a second", () => {
    const world = new World(quick, quick).rise();
    world.cut = true;
    const heard = world.ends.a.heardAt ?? start;
    world.run(1000, () => world.ends.a.state !== "up");
    assert.ok(between(heard, world.now) >= 150 && between(heard, world.now) < 205);
    const { state, diagnostic, why, peer } = world.ends.a;
    assert.deepEqual({ state, diagnostic, peer }, { state: "down", diagnostic: 1, peer: null });
    assert.deepEqual(why, { reason: "timeout", text: "no packet for 150 ms (detect time)" });
    assert.equal(world.sent.a.at(-1)?.packet.state, "down");
    world.sent.a = [];
    world.run(5000);
    assert.ok(gaps(world.sent.a).every((gap) => gap >= 750 && gap <= 1000.001));
    world.cut = false;
    world.rise();
  });

  it("when the peer begins anew, and comes up with that one", () => {
    const world = new World(quick, quick).rise();
    world.ends.b = startBfd(quick, 0xb0, world.now);
    world.run(100, () => world.ends.a.state !== "up");
    assert.equal(world.ends.a.diagnostic, 3);
    assert.equal(world.ends.a.why.text, "the peer signals down (diagnostic: none)");
    world.rise();
    assert.equal(world.ends.a.peer?.mine, 0xb0);
  });

  it("when the peer signals AdminDown, which is known after it is silent as well", () => {
    const world = new World(quick, quick).rise();
    world.send("b", lastBfdPacket(world.ends.b));
    world.cut = true;
    world.run(10_000);
    const { state, why, peer } = world.ends.a;
    assert.deepEqual([state, peer], ["down", null]);
    assert.deepEqual(why, {
      reason: "unexpected",
      onPurpose: true,
      text: "the peer signals AdminDown (diagnostic: administratively down)",
    });
  });

  it("not at once after this machine has stood still, and then by the time that counts", () => {
    const world = new World(quick, quick).rise();
    world.cut = true;
    world.now = addMs(world.now, ms(400));
    assert.ok(isDetectionDue(world.ends.a, world.now));
    world.input("a", { kind: "wake" });
    assert.equal(world.ends.a.state, "up");
    world.run(160, () => world.ends.a.state !== "up");
    assert.equal(world.ends.a.state, "down");
  });

  it("where the peer heard nothing of it, which is its own doing after a pause alone", () => {
    // With a multiplier of 3 one late packet is none that the peer waits for in vain.
    for (const pause of [400, 70, 0]) {
      const world = new World(quick, quick).rise();
      world.now = addMs(world.now, ms(pause));
      const { packet } = world.sent.b.at(-1) ?? assert.fail();
      const expired = {
        ...packet,
        state: "down",
        diagnostic: 1,
        poll: false,
        final: false,
      } as const;
      world.input("a", { kind: "heard", packet: expired });
      assert.equal(world.ends.a.state, "down");
      assert.equal(isOwnPause(world.ends.a, world.now), pause > 100);
      assert.equal(isOwnPause(world.ends.a, addMs(world.now, seconds(1))), false);
    }
  });

  it("not while the peer hears nothing of it: it says why it is not up", () => {
    const world = new World(quick, quick);
    const packet = { ...lastBfdPacket(world.ends.b), state: "down", diagnostic: 0 } as const;
    world.input("a", { kind: "heard", packet });
    assert.equal(world.ends.a.state, "init");
    assert.match(world.ends.a.why.text, /may not hear this router$/);
  });
});

describe("timers of a BFD session that is up", () => {
  it("change by a poll: slower sending, and a shorter detection, only when it is answered", () => {
    const world = new World(quick, quick).rise();
    const detection = detectionTime(world.ends.a);
    world.cut = true;
    const rules = { ...quick, minTx: ms(200), minRx: ms(20) };
    world.input("a", { kind: "rules", rules });
    const { packet } = world.sent.a.at(-1) ?? assert.fail();
    assert.deepEqual([packet.poll, packet.minTx, packet.minRx], [true, 200, 20]);
    assert.equal(world.ends.a.sendEvery, 50);
    assert.equal(detectionTime(world.ends.a), detection);
    world.cut = false;
    world.run(400, () => world.ends.a.poll === "none");
    assert.equal(world.states, "up up");
    assert.equal(world.ends.a.sendEvery, 200);
    assert.equal(world.ends.a.agreed.minRx, 20);
    assert.equal(detectionTime(world.ends.b), 600);
    world.run(10_000);
    assert.equal(world.states, "up up");
  });

  it("change once more where they change during a poll", () => {
    const world = new World(quick, quick).rise();
    for (const minTx of [ms(200), ms(300)])
      world.input("a", { kind: "rules", rules: { ...quick, minTx } });
    assert.equal(world.ends.a.poll, "again");
    world.run(1000);
    assert.deepEqual([world.ends.a.poll, world.ends.a.agreed.minTx], ["none", 300]);
    assert.equal(detectionTime(world.ends.b), 900);
  });

  it("let the peer wait for a restart, after which the session is the same", () => {
    const world = new World(quick, quick).rise();
    world.input("a", { kind: "rules", rules: silentRules(quick, seconds(6)) });
    const left = JSON.parse(JSON.stringify(world.ends.a)) as BfdSession;
    world.run(5);
    world.cut = true;
    world.ends.a = { ...left, sendAt: null, heardAt: null };
    world.run(5000);
    assert.equal(world.ends.b.state, "up");
    world.cut = false;
    world.ends.a = resumeBfd(left, world.now);
    world.input("a", { kind: "rules", rules: quick });
    world.sent.b = [];
    world.run(2000);
    assert.equal(world.states, "up up");
    assert.equal(world.ends.a.agreed.minTx, 50);
    assert.ok(world.sent.b.every(({ packet }) => packet.state === "up"));
    assert.equal(detectionTime(world.ends.b), 150);
  });

  it("rest where the peer takes no packets, or wants them for its polls alone", () => {
    for (const change of [{ minRx: ms(0) }, { demand: true }]) {
      const world = new World(quick, quick).rise();
      const { packet } = world.sent.b.at(-1) ?? assert.fail();
      const heard = { ...packet, poll: false, final: false, ...change };
      world.input("a", { kind: "heard", packet: heard });
      assert.equal(world.ends.a.sendAt, null, JSON.stringify(change));
      world.input("a", { kind: "heard", packet: { ...heard, poll: true } });
      assert.equal(world.sent.a.at(-1)?.packet.final, true);
    }
  });
});
