/** Two heartbeats over wires of this test: files that differ, and what changes under way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { Heartbeat } from "../../../src/daemon/failover/heartbeat.ts";
import { sealOf } from "../../../src/heartbeat/header.ts";
import type { BootId } from "../../../src/heartbeat/message.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import type { Role } from "../../../src/model/router.ts";
import { type Instant, instant } from "../../../src/model/time.ts";
import type { HeartbeatPathOptions } from "../../../src/system/net/datagram.ts";
import { sample } from "../../heartbeat/sample.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const [a, b, other, x, y] = [1, 2, 3, 11, 12].map((n) => address(`192.0.2.${n}`)) as [
  IpAddress,
  IpAddress,
  IpAddress,
  IpAddress,
  IpAddress,
];
const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

interface File {
  readonly primary?: IpAddress;
  readonly backup?: IpAddress;
  readonly primaryPrivate?: IpAddress | null;
  readonly port?: number;
}

function fileOf({ primary = a, backup = b, primaryPrivate = x, port = 539 }: File): Config {
  const base = config();
  return {
    ...base,
    routers: {
      primary: { public: primary, private: primaryPrivate },
      backup: { public: backup, private: primaryPrivate === null ? null : y },
    },
    heartbeat: { ...base.heartbeat, port },
  };
}

/** Which sockets are open, by address and port. */
class Wires {
  now: Instant = instant(1000);
  readonly open = new Map<string, { options: HeartbeatPathOptions; peer: IpAddress }>();
}

class End {
  readonly heartbeat: Heartbeat;
  readonly heard: string[] = [];
  readonly events: string[] = [];
  readonly #wires: Wires;
  readonly #boot: BootId;
  #sequence = 0;

  constructor(wires: Wires, boot: string) {
    this.#wires = wires;
    this.#boot = boot.repeat(8) as BootId;
    const seen = new Set<string>();
    this.heartbeat = new Heartbeat({
      open: (options) => {
        const key = `${options.own} ${options.port}`;
        const mine = { options, peer: options.peer };
        return {
          get open() {
            return wires.open.get(key) === mine;
          },
          foreign: 0,
          bind: () => {
            assert.ok(!wires.open.has(key) || wires.open.get(key) === mine, `${key} is taken`);
            wires.open.set(key, mine);
            return Promise.resolve(null);
          },
          meet: (peer) => {
            mine.peer = peer;
          },
          send: (bytes, sent, to = { address: mine.peer, port: options.port }) => {
            sent(null);
            const there = wires.open.get(`${to.address} ${to.port}`);
            if (there === undefined) return;
            const from = { address: options.own, port: options.port };
            if (there.peer === from.address)
              there.options.onDatagram(bytes, from.address, wires.now, from.port);
            else there.options.onElsewhere?.(bytes, from, wires.now);
          },
          close: () => {
            if (wires.open.get(key) === mine) wires.open.delete(key);
            return Promise.resolve();
          },
        };
      },
      now: () => wires.now,
      input: (input) => {
        assert.ok(input.kind === "heard");
        seen.add(`${input.path} ${input.message.sequence}`);
        this.heard.push(`${input.path}`);
      },
      report: (event) => this.events.push(`${event.event} ${event.kind}`),
      known: ({ sequence }, path) =>
        seen.has(`${path} ${sequence}`) ? { refused: "replayed", detail: "" } : null,
      isOlder: () => false,
      leads: () => true,
      findings: () => ({ reach: "some", unserved: 0 }),
      digest: () => new Uint8Array(),
      heardDigest: () => {},
    });
  }

  load(file: File, role: Role, keys: readonly Uint8Array[] = [first]): Promise<void> {
    return this.heartbeat.configure(fileOf(file), role, sealOf(keys));
  }

  say(): void {
    this.#sequence += 1;
    const { now } = this.#wires;
    this.heartbeat.send(
      { ...sample, boot: this.#boot, sequence: this.#sequence, sentAt: now },
      null,
    );
  }
}

class Two {
  readonly wires = new Wires();
  readonly one = new End(this.wires, "a1");
  readonly two = new End(this.wires, "b2");

  /** Both speak for so many seconds, four times each. */
  speak(seconds: number): void {
    for (let beat = 0; beat < seconds * 4; beat += 1) {
      this.wires.now = instant(this.wires.now + 250);
      this.one.say();
      this.two.say();
    }
  }

  /** The paths on which each hears the other now. */
  hear(): { readonly one: string; readonly two: string } {
    this.one.heard.length = 0;
    this.two.heard.length = 0;
    this.speak(1);
    const paths = ({ heard }: End): string => [...new Set(heard)].sort().join();
    return { one: paths(this.one), two: paths(this.two) };
  }
}

async function pair(one: File = {}, two: File = {}): Promise<Two> {
  const made = new Two();
  await made.one.load(one, "primary");
  await made.two.load(two, "backup");
  made.speak(1);
  return made;
}

const both = { one: "0,1", two: "0,1" };
const faults = ({ heartbeat }: End): string =>
  heartbeat
    .faults()
    .map(({ text }) => text)
    .join("; ");
const replays = ({ heartbeat }: End): number => heartbeat.counters().refused.replayed ?? 0;

describe("two routers whose files differ hear each other", () => {
  const changes: readonly { name: string; load: (two: Two) => Promise<void>; says: RegExp }[] = [
    {
      name: "when the peer's address is mistyped in one",
      load: ({ one }) => one.load({ backup: other }, "primary"),
      says: /path public: the peer is at 192\.0\.2\.2:539, which is 192\.0\.2\.3:539 in this file/,
    },
    {
      name: "when one gets another address of its own",
      load: ({ one }) => one.load({ primary: other }, "primary"),
      says: /path public: the peer still speaks to 192\.0\.2\.1:539, which is now 192\.0\.2\.3:539/,
    },
    {
      name: "when one gets another port",
      load: ({ one }) => one.load({ port: 540 }, "primary"),
      says: /path public: the peer still speaks to 192\.0\.2\.1:539, which is now 192\.0\.2\.1:540/,
    },
    {
      name: "when public and private are swapped in one",
      load: ({ one }) => one.load({ primary: x, primaryPrivate: a }, "primary"),
      says: /^$/,
    },
    {
      name: "when one has another key",
      load: ({ one }) => one.load({}, "primary", [second]),
      says: /the peer still goes by the keys or the authentication before/,
    },
    {
      name: "when one has no authentication any more",
      load: ({ one }) => one.load({}, "primary", []),
      says: /the peer still goes by the keys or the authentication before/,
    },
  ];
  for (const { name, load, says } of changes)
    it(`${name}, by a reload, until it is the same on both again`, async () => {
      const two = await pair();
      const before = [replays(two.one), replays(two.two)];
      await load(two);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both, "for as long as the files differ");
      if (!says.source.includes("^$")) {
        assert.match(faults(two.one), says);
        assert.ok(two.one.events.includes("peer role-conflict"));
      }
      assert.deepEqual([replays(two.one), replays(two.two)], before, "no copy is called a replay");
      await two.one.load({}, "primary");
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both);
      assert.deepEqual([faults(two.one), faults(two.two)], ["", ""]);
      assert.equal(two.wires.open.size, 4, "no former socket is left open");
    });

  it("when the peer's address is mistyped from the start", async () => {
    const two = await pair({ backup: other });
    assert.deepEqual(two.hear(), both);
    two.speak(2);
    assert.match(faults(two.one), /the peer is at 192\.0\.2\.2:539/);
    assert.equal(faults(two.two), "");
  });

  it("when only one has the private path", async () => {
    const two = await pair({ primaryPrivate: null });
    assert.deepEqual(two.hear(), { one: "0", two: "0" });
  });
});

describe("a change that reaches both routers one after the other", () => {
  const changes: readonly [string, File, readonly Uint8Array[]][] = [
    ["of both addresses", { primary: other, backup: address("192.0.2.4") }, [first]],
    ["of the port", { port: 4000 }, [first]],
    ["of the key", {}, [second]],
    ["to no authentication", {}, []],
  ];
  for (const [name, file, keys] of changes)
    it(`${name} leaves them in touch, and nothing of the former way behind`, async () => {
      const two = await pair();
      await two.two.load(file, "backup", keys);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      await two.one.load(file, "primary", keys);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both);
      assert.deepEqual([faults(two.one), faults(two.two)], ["", ""]);
      assert.equal(two.wires.open.size, 4);
    });

  it("within a second is no conflict", async () => {
    const two = await pair();
    await two.two.load({ port: 4000 }, "backup");
    two.speak(0.5);
    await two.one.load({ port: 4000 }, "primary");
    two.speak(5);
    assert.ok(![...two.one.events, ...two.two.events].includes("peer role-conflict"));
  });
});

describe("without keys", () => {
  it("only an address that a file names or named is believed", async () => {
    const two = new Two();
    await two.one.load({ backup: other }, "primary", []);
    await two.two.load({}, "backup", []);
    two.speak(2);
    assert.deepEqual(two.hear(), { one: "1", two: "1" });
  });

  it("on one router alone, from the start, that one hears the other one, which does not", async () => {
    const two = new Two();
    await two.one.load({}, "primary", []);
    await two.two.load({}, "backup", [first]);
    two.speak(2);
    assert.deepEqual(two.hear(), { one: "0,1", two: "" });
  });
});
