import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nannyRules, startNanny, step } from "../../src/health/nanny.ts";
import {
  applySlice,
  decodeSlice,
  emptyInbox,
  encodeSlice,
  type Inbox,
  isComplete,
  type Outbox,
  type Picture,
  pictureOf,
  recordKey,
  recordsIn,
  refreshOutbox,
  type Slice,
  type Standing,
  standingOf,
  startOutbox,
} from "../../src/health/replica.ts";
import { isRefused } from "../../src/model/error.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../src/model/time.ts";
import { realServer, virtualServer } from "../table/configs.ts";
import { address } from "../table/tables.ts";

const interval = ms(250);
const start = instant(0);

function decoded(bytes: Uint8Array): Slice {
  const slice = decodeSlice(bytes);
  assert(!isRefused(slice), JSON.stringify(slice));
  return slice;
}

const outboxOf = (picture: Picture): Outbox => refreshOutbox(startOutbox(7), picture);

/** A picture of `size` records with keys from 1. */
const picture = (size: number, standing: Standing = "up"): Map<number, Standing> =>
  new Map(Array.from({ length: size }, (_, index) => [index + 1, standing]));

const standings = fc.constantFrom<Standing>("unknown", "up", "down");
const pictures: fc.Arbitrary<Map<number, Standing>> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 46 - 1 }), standings), { maxLength: 200 })
  .map((entries) => new Map(entries));

test("a slice is these bytes", () => {
  const outbox = { ...outboxOf(new Map([[0x0102030405, "down"]])), generation: 0xa0b0c0d0 };
  const { bytes } = encodeSlice(outbox, 100);
  const expected = "0100 0001 a0b0c0d0 00000001 00000001 0004080c1016".replaceAll(" ", "");
  assert.equal(Buffer.from(bytes).toString("hex"), expected);
  assert.deepEqual(decoded(bytes), {
    generation: 0xa0b0c0d0,
    sequence: 1,
    total: 1,
    records: [[0x0102030405, "down"]],
  });
});

test("any picture is whole again after enough slices of any size, and no slice is too large", () => {
  fc.assert(
    fc.property(pictures, fc.integer({ min: 22, max: 800 }), (whole, bytesMax) => {
      let outbox = outboxOf(whole);
      let inbox: Inbox = emptyInbox;
      let now = start;
      // Urgent records are said three times, at three quarters of the room.
      const slices = Math.ceil(whole.size / recordsIn(bytesMax)) * 8 + 1;
      for (let count = 0; count < slices && !isComplete(inbox, now); count++) {
        const next = encodeSlice(outbox, bytesMax);
        assert(next.bytes.length <= bytesMax);
        outbox = next.outbox;
        now = addMs(now, interval);
        inbox = applySlice(inbox, decoded(next.bytes), now, interval);
      }
      assert(isComplete(inbox, now));
      for (const [key, standing] of whole) assert.equal(standingOf(inbox, key, now), standing);
    }),
  );
});

test("slices may be lost, doubled and late: what is heard last is what was said last", () => {
  const flips = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });
  const fates = fc.infiniteStream(fc.constantFrom("heard", "heard", "lost", "doubled", "late"));
  fc.assert(
    fc.property(flips, fates, (changes, fate) => {
      let outbox = outboxOf(picture(60));
      let whole = picture(60);
      let inbox: Inbox = emptyInbox;
      let now = start;
      let delayed: Uint8Array[] = [];
      const hear = (bytes: Uint8Array) => {
        inbox = applySlice(inbox, decoded(bytes), now, interval);
      };
      const say = (how: string) => {
        const next = encodeSlice(outbox, 100);
        outbox = next.outbox;
        now = addMs(now, interval);
        if (how === "late") delayed.push(next.bytes);
        else if (how !== "lost") hear(next.bytes);
        if (how === "doubled") hear(next.bytes);
      };
      for (const key of changes) {
        whole = new Map(whole).set(key, whole.get(key) === "up" ? "down" : "up");
        outbox = refreshOutbox(outbox, whole);
        say(fate.next().value);
      }
      for (let count = 0; count < 40; count++) say("heard");
      for (const bytes of delayed) hear(bytes);
      delayed = [];
      for (const [key, standing] of whole) assert.equal(standingOf(inbox, key, now), standing);
    }),
  );
});

test("a change is said at once, three times, whatever the walk is at", () => {
  const whole = picture(1000);
  let outbox = outboxOf(whole);
  while (outbox.urgent.size > 0) outbox = encodeSlice(outbox, 700).outbox;
  outbox = refreshOutbox(outbox, new Map(whole).set(900, "down"));
  for (const expected of [true, true, true]) {
    const next = encodeSlice(outbox, 700);
    const said = decoded(next.bytes).records.some(([key, is]) => key === 900 && is === "down");
    assert.equal(said, expected);
    outbox = next.outbox;
  }
  assert.equal(outbox.urgent.size, 0);
});

test("changes without end do not starve the rest", () => {
  let whole = picture(1000);
  let outbox = outboxOf(whole);
  while (outbox.urgent.size > 0) outbox = encodeSlice(outbox, 700).outbox;
  const heard = new Set<number>();
  for (let count = 0; count < 60; count++) {
    whole = new Map(
      Array.from(whole, ([key, is]) =>
        key <= 500 ? [key, is === "up" ? "down" : "up"] : [key, is],
      ),
    );
    outbox = refreshOutbox(outbox, whole);
    const next = encodeSlice(outbox, 700);
    for (const [key] of decoded(next.bytes).records) heard.add(key);
    outbox = next.outbox;
  }
  assert.equal(heard.size, 1000);
});

test("a picture is complete only when all of it was heard", () => {
  let outbox = outboxOf(picture(300));
  let inbox: Inbox = emptyInbox;
  assert(!isComplete(inbox, start));
  let slices = 0;
  while (!isComplete(inbox, start)) {
    const next = encodeSlice(outbox, 700);
    outbox = next.outbox;
    inbox = applySlice(inbox, decoded(next.bytes), start, interval);
    assert(++slices <= 20);
    if (slices === 1) assert(!isComplete(inbox, start));
  }
});

test("a peer that knows of no server has a complete picture of nothing", () => {
  const { bytes } = encodeSlice(outboxOf(new Map()), 700);
  assert(isComplete(applySlice(emptyInbox, decoded(bytes), start, interval), start));
});

test("records that are not said again become stale", () => {
  const { bytes } = encodeSlice(outboxOf(picture(3)), 700);
  const inbox = applySlice(emptyInbox, decoded(bytes), start, interval);
  const lifetime = inbox.latest?.lifetime ?? ms(0);
  assert(lifetime >= 4 * interval && lifetime <= seconds(5), String(lifetime));
  const just = addMs(start, ms(lifetime - 1));
  assert(isComplete(inbox, just));
  assert.equal(standingOf(inbox, 1, just), "up");
  const later: Instant = addMs(start, lifetime);
  assert(!isComplete(inbox, later));
  assert.equal(standingOf(inbox, 1, later), null);
});

test("after the peer's reload old records hold, but the picture is not complete until heard", () => {
  let outbox = outboxOf(picture(300));
  let inbox: Inbox = emptyInbox;
  const hear = () => {
    const next = encodeSlice(outbox, 700);
    outbox = next.outbox;
    inbox = applySlice(inbox, decoded(next.bytes), start, interval);
    return next.bytes;
  };
  let straggler = hear();
  while (!isComplete(inbox, start)) straggler = hear();
  outbox = refreshOutbox(outbox, picture(301));
  hear();
  assert(!isComplete(inbox, start));
  assert.equal(standingOf(inbox, 1, start), "up");
  const generation = inbox.latest?.generation;
  inbox = applySlice(inbox, decoded(straggler), start, interval);
  assert.equal(inbox.latest?.generation, generation);
});

test("a slice that is cut, longer or of another format is refused", () => {
  const { bytes } = encodeSlice(outboxOf(picture(3)), 700);
  assert.equal(decoded(bytes).records.length, 3);
  for (let length = 0; length < bytes.length; length++)
    assert(isRefused(decodeSlice(bytes.subarray(0, length))), `${length} bytes`);
  const changed = (at: number, value: number) => {
    const copy = Uint8Array.from(bytes);
    copy[at] = value;
    return decodeSlice(copy);
  };
  assert.partialDeepStrictEqual(decodeSlice(Uint8Array.from([...bytes, 0])), { refused: "length" });
  assert.partialDeepStrictEqual(changed(0, 2), { refused: "format" });
  assert.partialDeepStrictEqual(changed(3, 2), { refused: "length" });
  assert.partialDeepStrictEqual(changed(12, 255), { refused: "total" });
  assert.partialDeepStrictEqual(changed(15, 2), { refused: "total" });
  assert.partialDeepStrictEqual(changed(21, 3), { refused: "standing" });
});

test("random bytes never throw, and what is read of them can be applied", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, wellBegun) => {
      if (wellBegun && bytes.length > 0) bytes[0] = 1;
      const slice = decodeSlice(bytes);
      if (!isRefused<string>(slice)) applySlice(emptyInbox, slice, start, interval);
    }),
  );
});

test("what is said of a server follows its nanny, and reentry counts as down", () => {
  const web = virtualServer("web", { reentry: seconds(15) });
  const rules = nannyRules(web, realServer("rs1"));
  const key = recordKey(rules);
  const passed = { kind: "tried", outcome: { kind: "passed", took: ms(1) } } as const;
  const failed = { kind: "tried", outcome: { kind: "failed", took: ms(1), why: "no" } } as const;
  let nanny = startNanny(rules, start);
  const says = () => pictureOf([nanny]).get(key);
  assert.equal(says(), "unknown");
  nanny = step(nanny, passed, start);
  assert.equal(says(), "up");
  nanny = step(step(nanny, failed, start), failed, start);
  assert.equal(says(), "down");
  nanny = step(nanny, passed, start);
  assert.equal(nanny.health.state, "reentry");
  assert.equal(says(), "down");
  nanny = step(nanny, { kind: "wake" }, addMs(start, seconds(15)));
  assert.equal(says(), "up");
});

test("the kernel's refusal on one router is not the other's news", () => {
  const nanny = startNanny(
    nannyRules(virtualServer("web", { start: "up" }), realServer("a")),
    start,
  );
  const refused = step(nanny, { kind: "table-refused", why: "no" }, start);
  assert.equal(refused.health.state, "down");
  assert.deepEqual([...pictureOf([refused]).values()], ["up"]);
});

test("servers without checks are not in the picture, and a doubled key is unknown", () => {
  const unchecked = realServer("a", { check: { type: "none" } });
  const web = virtualServer("web", { start: "up" });
  const inactive = realServer("b", { active: false });
  const nannies = [unchecked, inactive].map((one) => startNanny(nannyRules(web, one), start));
  assert.equal(pictureOf(nannies).size, 0);
  const twin = startNanny(nannyRules(web, realServer("c")), start);
  assert.deepEqual([...pictureOf([twin]).values()], ["up"]);
  assert.deepEqual([...pictureOf([twin, twin]).values()], ["unknown"]);
});

test("a key depends on names and endpoint, and on nothing else", () => {
  const key = recordKey(nannyRules(virtualServer("web"), realServer("a")));
  assert(Number.isSafeInteger(key) && key >= 0 && key < 2 ** 46);
  const same = nannyRules(
    virtualServer("web", { port: 443, quiesce: true }),
    realServer("a", { weight: 9 }),
  );
  assert.equal(recordKey(same), key);
  for (const other of [
    nannyRules(virtualServer("mail"), realServer("a")),
    nannyRules(virtualServer("web"), realServer("b")),
    nannyRules(virtualServer("web"), realServer("a", { port: 81 })),
    nannyRules(virtualServer("web"), realServer("a", { address: address("10.0.0.2") })),
  ])
    assert.notEqual(recordKey(other), key);
});
