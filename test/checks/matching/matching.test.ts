import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../../src/checks/matching/matching.ts";
import { ms } from "../../../src/model/time.ts";

const deadline = (signal = AbortSignal.timeout(60_000)) => ({ signal, timeout: ms(60_000) });
const bytes = (text: string) => Buffer.from(text);
const pattern = (text: string) => ({ kind: "pattern", pattern: text, reads: "text" }) as const;
const text = (sought: string) => ({ kind: "text", bytes: bytes(sought) }) as const;

test("a text is found anywhere, also in what takes too long to search in the loop", async () => {
  assert.equal(await matches(text("b"), bytes("abc"), deadline()), true);
  assert.equal(await matches(text("x"), bytes("abc"), deadline()), false);
  const long = bytes(`${"a".repeat(1_000_000)}needle`);
  assert.equal(await matches(text(`${"a".repeat(20)}needle`), long, deadline()), true);
});

test("a pattern is matched in the loop where it is plain, and in a thread where it may be dear", async () => {
  for (const written of ["^a.c$", "^a.{1,1}c$", "\\pL{3}"]) {
    assert.equal(await matches(pattern(written), bytes("abc"), deadline()), true, written);
    assert.equal(await matches(pattern(written), bytes("12"), deadline()), false, written);
  }
});

test("a pattern that is none is this router's own trouble, either way", async () => {
  for (const written of ["(", "({1,2}"]) {
    const found = await matches(pattern(written), bytes("abc"), deadline());
    assert.ok(typeof found === "object" && found.reason === "local", written);
  }
});

test("a search ends with its deadline, and the next one goes on", async () => {
  const stop = new AbortController();
  const searching = matches(
    pattern("(a?){30}a{30}x{2}"),
    bytes("a".repeat(60_000)),
    deadline(stop.signal),
  );
  stop.abort();
  const found = await searching;
  assert.ok(typeof found === "object");
  assert.match(found.why, /^the deadline passed while the answer was searched/);
  assert.equal(await matches(pattern("b{1,2}"), bytes("abc"), deadline()), true);
});
