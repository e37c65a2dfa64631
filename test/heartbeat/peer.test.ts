import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BootId, Message } from "../../src/heartbeat/message.ts";
import {
  echoes,
  type HeardRefusal,
  hear,
  type Peer,
  type Reception,
  refusal,
  silentPaths,
  unheardPeer,
  withPaths,
} from "../../src/heartbeat/peer.ts";
import { isRefused } from "../../src/model/error.ts";
import { instant, ms } from "../../src/model/time.ts";
import { sample } from "./sample.ts";

const own = "0000000000000001" as BootId;
const first = "aaaaaaaaaaaaaaaa" as BootId;
const second = "bbbbbbbbbbbbbbbb" as BootId;

/** What one router comes to believe; every beat of the peer echoes a stamp of ours. */
class Ear {
  peer: Peer = unheardPeer(own, "primary", 2);
  now = 1000;

  /** The verdict on a beat, or why it was refused. */
  hear(change: Partial<Message> & { readonly path?: number; readonly stamp?: number }): string {
    const { path = 0, stamp = this.now - 1, ...rest } = change;
    const echo = { boot: own, sequence: 1, sentAt: instant(stamp), age: ms(0) };
    const message: Message = { ...sample, boot: first, sequence: 1, strangers: [], echo, ...rest };
    const result = hear(this.peer, path, message, instant(this.now), ms(100));
    if (isRefused<HeardRefusal>(result)) return result.refused;
    this.peer = result.peer;
    return textOf(result.verdict);
  }
}

const textOf = (verdict: Reception): string =>
  verdict.kind === "newest" && verdict.fresh ? "newest, proven" : verdict.kind;

describe("a boot id", () => {
  it("is proven by an echo of our own, in the header or among the strangers", () => {
    assert.equal(new Ear().hear({}), "newest, proven");
    const echo = { boot: own, sequence: 1, sentAt: instant(900), age: ms(0) };
    assert.equal(new Ear().hear({ echo: null, strangers: [echo] }), "newest, proven");
  });

  it("is a stranger without one, and is answered", () => {
    const ear = new Ear();
    assert.equal(ear.hear({ echo: null }), "stranger");
    assert.equal(ear.peer.boot, null);
    assert.deepEqual(
      echoes(ear.peer, false, instant(ear.now)).strangers.map(({ boot }) => boot),
      [first],
    );
  });

  it("is a stranger while it echoes our predecessor", () => {
    const echo = { boot: second, sequence: 1, sentAt: instant(900), age: ms(0) };
    assert.equal(new Ear().hear({ echo }), "stranger");
  });

  it("is replaced by one that echoes a stamp younger than its own proof", () => {
    const ear = new Ear();
    ear.hear({});
    ear.now = 2000;
    assert.equal(ear.hear({ boot: second, stamp: 999 }), "superseded");
    assert.equal(ear.hear({ boot: second, stamp: 1500 }), "newest, proven");
    assert.equal(ear.peer.boot, second);
  });

  it("that was replaced never comes back", () => {
    const ear = new Ear();
    ear.hear({});
    ear.now = 2000;
    ear.hear({ boot: second });
    ear.now = 3000;
    assert.equal(ear.hear({ boot: first, sequence: 9 }), "superseded");
    assert.equal(ear.hear({ boot: second, sequence: 2 }), "newest");
  });

  it("of ours is a reflection", () => {
    assert.equal(new Ear().hear({ boot: own }), "own");
  });

  it("of our own role is the peer where no other one is heard: the two files disagree", () => {
    const ear = new Ear();
    assert.equal(ear.hear({ role: "primary", echo: null }), "stranger");
    assert.equal(ear.hear({ role: "primary", sequence: 2 }), "newest, proven");
    assert.deepEqual([ear.peer.role, ear.peer.doubleAt], ["primary", null]);
    ear.now += 50;
    assert.equal(ear.hear({ role: "primary", boot: second }), "newest, proven");
  });

  it("of our own role takes the place of a peer that has fallen silent", () => {
    const ear = new Ear();
    assert.equal(ear.hear({}), "newest, proven");
    ear.now += 99;
    assert.equal(ear.hear({ role: "primary", boot: second }), "double");
    ear.now += 2;
    assert.equal(ear.hear({ role: "primary", boot: second, sequence: 2 }), "newest, proven");
    assert.deepEqual([ear.peer.boot, ear.peer.doubleAt], [second, null]);
  });

  it("of our own role in addition to the peer is a double only if it hears us", () => {
    const ear = new Ear();
    assert.equal(ear.hear({ boot: second }), "newest, proven");
    ear.now += 2;
    assert.equal(ear.hear({ role: "primary", echo: null }), "stranger");
    assert.equal(ear.peer.doubleAt, null);
    assert.equal(ear.hear({ role: "primary", sequence: 2 }), "double");
    assert.equal(ear.peer.doubleAt, 1002);
    assert.equal(ear.peer.boot, second);
  });

  it("of our own role is not proven by a copy of what it said as a double", () => {
    const ear = new Ear();
    assert.equal(ear.hear({}), "newest, proven");
    ear.now += 50;
    const said = { role: "primary", boot: second, stamp: ear.now - 1 } as const;
    assert.equal(ear.hear(said), "double");
    ear.now += 60;
    assert.equal(ear.hear(said), "stranger");
    assert.equal(ear.hear({ ...said, path: 1 }), "stranger");
    assert.equal(ear.peer.boot, first);
    assert.equal(ear.hear({ ...said, sequence: 2 }), "newest, proven");
  });
});

describe("a sequence", () => {
  it("counts once on each path, and its copies are no news", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    assert.equal(ear.hear({ sequence: 6 }), "newest");
    assert.equal(ear.hear({ sequence: 6 }), "replayed");
    assert.equal(ear.hear({ sequence: 6, path: 1 }), "older");
    assert.equal(ear.hear({ sequence: 6, path: 1 }), "replayed");
  });

  it("may come late, within the window, and once", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    assert.equal(ear.hear({ sequence: 70 }), "newest");
    assert.equal(ear.hear({ sequence: 7 }), "older");
    assert.equal(ear.hear({ sequence: 7 }), "replayed");
    assert.equal(ear.hear({ sequence: 6 }), "replayed");
  });

  it("from before the proof counts as seen", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    assert.equal(ear.hear({ sequence: 4 }), "replayed");
    assert.equal(ear.hear({ sequence: 4, path: 1 }), "replayed");
  });

  it("is refused by its header alone, before anything is computed", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    const header = { ...sample, boot: first, sequence: 5 };
    assert.equal(refusal(ear.peer, 0, header)?.refused, "replayed");
    assert.equal(refusal(ear.peer, 0, { ...header, sequence: 6 }), null);
  });
});

describe("a path", () => {
  it("counts what is missing until it comes after all", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    ear.hear({ sequence: 9 });
    assert.equal(ear.peer.paths[0]?.lost, 3);
    ear.hear({ sequence: 7 });
    assert.equal(ear.peer.paths[0]?.lost, 2);
  });

  it("knows its round trip: what passed since our stamp, less what the peer kept it", () => {
    const ear = new Ear();
    ear.now = 1012;
    ear.hear({ paths: [{ sentAt: instant(1000), age: ms(9) }, null] });
    assert.equal(ear.peer.paths[0]?.rtt, 3);
    assert.equal(ear.peer.paths[1]?.rtt, null);
  });

  it("dies by silence longer than the time-out, and is named once", () => {
    const ear = new Ear();
    ear.hear({});
    assert.deepEqual(silentPaths(ear.peer, ms(500), instant(1500)).died, []);
    const dead = silentPaths(ear.peer, ms(500), instant(1501));
    assert.deepEqual(dead.died, [0]);
    assert.deepEqual(silentPaths(dead.peer, ms(500), instant(1502)).died, []);
  });

  it("that a reload adds does not take what was said before for news", () => {
    const ear = new Ear();
    ear.peer = unheardPeer(own, "primary", 1);
    ear.hear({ sequence: 5 });
    ear.peer = withPaths(ear.peer, 2);
    assert.equal(ear.hear({ sequence: 5, path: 1 }), "replayed");
    assert.equal(ear.hear({ sequence: 6, path: 1 }), "newest");
  });
});

describe("what we say of the peer", () => {
  it("is its newest beat while it is alive, and the stranger when it is not", () => {
    const ear = new Ear();
    ear.hear({ sequence: 5 });
    ear.now = 1100;
    ear.hear({ boot: second, echo: null, sequence: 1 });
    const [alive, dead] = [true, false].map((each) => echoes(ear.peer, each, instant(1200)));
    assert.deepEqual(alive?.echo, { boot: first, sequence: 5, sentAt: sample.sentAt, age: 200 });
    assert.equal(dead?.echo?.boot, second);
  });
});
