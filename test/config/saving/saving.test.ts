/**
 * A configuration on both routers or on none. The second half plays two routers whose every word
 * may be lost and who may stop between any two acts.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { mayCatchUp } from "../../../src/config/saving/history.ts";
import {
  alreadyHas,
  beginSaving,
  type Heard,
  mayNotReplace,
  nextSaving,
  type Preparation,
  type Saving,
} from "../../../src/config/saving/saving.ts";
import { problemElsewhere } from "../../../src/keys/problem.ts";

const bad = (message: string) =>
  ({ kind: "bad", fault: "text", problems: [problemElsewhere(message)] }) as const;
const good: Heard = { kind: "good" };
const lost: Heard = { kind: "lost", why: "silence" };

/** The acts of a saving whose answers are these, and its outcome in short. */
function acts(own: string | null, peer: Saving["peer"], answers: readonly Heard[]): string {
  let saving = beginSaving(own === null ? null : bad(own), peer);
  const seen = [saving.act.kind as string];
  for (const heard of answers) {
    saving = nextSaving(saving, heard);
    seen.push(saving.act.kind);
  }
  const { act } = saving;
  if (act.kind !== "end") return seen.join(" ");
  const { outcome } = act;
  const said =
    outcome.kind === "stored"
      ? outcome.peer
      : outcome.problems.map((problem) => problem.message).join(", ");
  return `${seen.join(" ")}: ${outcome.kind} ${said}`;
}

describe("a saving", () => {
  const cases: [string, Parameters<typeof acts>, string][] = [
    ["stores on both", [null, "alive", [good, good, good]], "ask store commit end: stored stored"],
    ["stores here while the peer is dead", [null, "away", [good]], "store end: stored away"],
    ["stores here where there is no peer", [null, "none", [good]], "store end: stored none"],
    ["stores nothing that is bad here", ["a", "none", []], "end: refused a"],
    ["tells the problems of both", ["a", "alive", [bad("b")]], "ask end: refused a, b"],
    ["stores nothing that is bad there", [null, "alive", [bad("b")]], "ask end: refused b"],
    ["stores nothing that is bad here only", ["a", "alive", [good]], "ask end: refused a"],
    [
      "undoes its own where the peer cannot store",
      [null, "alive", [good, good, bad("disk full"), good]],
      "ask store commit undo end: refused disk full",
    ],
    [
      "keeps its own where the peer's last word is lost",
      [null, "alive", [good, good, lost]],
      "ask store commit end: stored unsure",
    ],
  ];
  for (const [name, given, expected] of cases)
    it(name, () => assert.equal(acts(...given), expected));

  it("stores nothing where a living peer cannot be asked", () => {
    assert.match(acts(null, "alive", [lost]), /^ask end: refused the peer is alive, but its/);
  });
});

describe("a router that is asked to replace what it has", () => {
  const present = { serial: 3, hash: "b", edited: false, busy: false };
  const asked = {
    text: "",
    serial: 4,
    hash: "c",
    replaces: ["a", "b"],
    force: false,
  };

  it("does where its file is one that the leader knows", () => {
    assert.equal(mayNotReplace(present, asked), null);
  });

  const refusals: [string, Partial<typeof present>, Partial<Preparation>, RegExp][] = [
    ["one that was edited by hand", { hash: "x" }, {}, /edited by hand/],
    ["one that is not loaded yet", { edited: true }, {}, /not loaded/],
    ["one that is as new", { serial: 4 }, {}, /not older/],
    ["any while it saves itself", { busy: true }, { replaces: null }, /being saved/],
  ];
  for (const [name, other, ask, why] of refusals)
    it(`keeps ${name}`, () => {
      const verdict = mayNotReplace({ ...present, ...other }, { ...asked, ...ask });
      assert.match(verdict?.problems[0]?.message ?? "", why);
    });

  it("gives up what it has to lvsd sync", () => {
    const edited = { ...present, hash: "x", edited: true, serial: 9 };
    assert.equal(mayNotReplace(edited, { ...asked, replaces: null }), null);
  });
});

interface Store {
  present: { serial: number; hash: string; byHand: boolean };
  past: { serial: number; hash: string; number: number; at: string }[];
}

class Pair {
  readonly stores: [Store, Store] = [fresh(), fresh()];
  #made = 0;
  readonly overwritten: string[] = [];

  edit(at: number): void {
    const store = this.stores[at & 1] as Store;
    this.#made += 1;
    store.present = { serial: store.present.serial, hash: `hand-${this.#made}`, byHand: true };
  }

  /** One saving led by a router; after `acts` acts the leader has stopped for good. */
  save(at: number, words: readonly Heard["kind"][], actsMax: number, peerAlive: boolean): void {
    this.#made += 1;
    const [leader, peer] = this.#from(at);
    const serial = Math.max(leader.present.serial, peerAlive ? peer.present.serial : 0) + 1;
    this.#play(leader, peer, { serial, hash: `saved-${this.#made}` }, words, actsMax, peerAlive);
  }

  /** What each router does when they hear each other and no word is lost. */
  heal(): void {
    for (const at of [0, 1]) {
      const [own, peer] = this.#from(at);
      if (!mayCatchUp(own.present, peer.present, own.past)) continue;
      const asked = this.#asked(own, own.present);
      if (mayNotReplace({ ...peer.present, edited: false, busy: false }, asked) === null)
        this.#replace(peer, own.present);
    }
  }

  #from(at: number): [Store, Store] {
    const [a, b] = this.stores;
    return (at & 1) === 0 ? [a, b] : [b, a];
  }

  #asked(leader: Store, next: { serial: number; hash: string }): Preparation {
    const replaces = [leader.present.hash, ...leader.past.map((past) => past.hash)];
    return { ...next, text: "", replaces, force: false };
  }

  #play(
    leader: Store,
    peer: Store,
    next: { serial: number; hash: string },
    words: readonly Heard["kind"][],
    actsMax: number,
    peerAlive: boolean,
  ): void {
    const asked = this.#asked(leader, next);
    const before = structuredClone(leader);
    let saving = beginSaving(null, peerAlive ? "alive" : "away");
    for (let done = 0; done < actsMax && saving.act.kind !== "end"; done += 1) {
      const word = words[done] ?? "good";
      const { kind } = saving.act;
      let heard: Heard = good;
      if (kind === "store") this.#replace(leader, next);
      else if (kind === "undo") Object.assign(leader, structuredClone(before));
      else if (kind === "ask") {
        const why = mayNotReplace({ ...peer.present, edited: false, busy: false }, asked);
        if (why !== null) heard = { kind: "bad", ...why };
      } else if (word === "good" || (word === "lost" && next.serial % 2 === 0))
        // A lost word was lost before the peer heard it, or its answer was: both come up.
        this.#replace(peer, next);
      if (word === "lost" && (kind === "ask" || kind === "commit")) heard = lost;
      if (word === "bad" && (kind === "ask" || kind === "commit")) heard = bad("disk full");
      saving = nextSaving(saving, heard);
    }
  }

  #replace(store: Store, next: { serial: number; hash: string }): void {
    if (store.present.byHand) this.overwritten.push(store.present.hash);
    const number = (store.past[0]?.number ?? 0) + 1;
    store.past.unshift({ ...store.present, number, at: "" });
    store.past.length = Math.min(store.past.length, 10);
    store.present = { ...next, byHand: false };
  }
}

const fresh = (): Store => ({ present: { serial: 1, hash: "first", byHand: false }, past: [] });

const word = fc.constantFrom<Heard["kind"]>("good", "good", "lost", "bad");
const save = fc.record({
  at: fc.nat(1),
  words: fc.array(word, { maxLength: 4 }),
  acts: fc.integer({ min: 0, max: 5 }),
});

describe("two routers, any word lost and any router stopped", () => {
  it("have the same configuration again once they hear each other", () => {
    fc.assert(
      fc.property(fc.array(save, { maxLength: 8 }), (saves) => {
        const pair = new Pair();
        for (const { at, words, acts: actsMax } of saves) {
          pair.save(at, words, actsMax, true);
          pair.heal();
          assert.equal(pair.stores[0].present.hash, pair.stores[1].present.hash);
        }
      }),
    );
  });

  it("one that was away for several savings catches up", () => {
    fc.assert(
      fc.property(fc.nat(1), fc.integer({ min: 1, max: 10 }), (at, count) => {
        const pair = new Pair();
        for (let done = 0; done < count; done += 1) pair.save(at, [], 5, false);
        assert.notEqual(pair.stores[0].present.hash, pair.stores[1].present.hash);
        pair.heal();
        assert.equal(pair.stores[0].present.hash, pair.stores[1].present.hash);
      }),
    );
  });

  it("never overwrite a peer's file that was written by hand", () => {
    fc.assert(
      fc.property(fc.array(save, { maxLength: 6 }), fc.nat(1), fc.array(save), (a, hand, b) => {
        const pair = new Pair();
        for (const each of a) pair.save(each.at, each.words, each.acts, true);
        pair.heal();
        pair.edit(hand);
        const { hash } = (pair.stores[hand & 1] as Store).present;
        for (const each of b) {
          // The router whose file it is may save over it: its operator has asked for that.
          pair.save(hand + 1, each.words, each.acts, each.at === 0);
          pair.heal();
        }
        assert.equal((pair.stores[hand & 1] as Store).present.hash, hash);
        assert.deepEqual(pair.overwritten, []);
      }),
    );
  });

  it("a question asked twice is answered as once", () => {
    const asked = { text: "", serial: 4, hash: "c", replaces: [], force: false };
    const present = { serial: 4, hash: "c", edited: false, busy: false };
    assert.equal(alreadyHas(present, asked), true);
    assert.equal(mayNotReplace(present, asked), null);
    assert.equal(alreadyHas({ ...present, edited: true }, asked), false);
  });
});
