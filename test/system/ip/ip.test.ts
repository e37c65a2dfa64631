/** The door to addresses against fixture programs that speak as iproute2 6.1 does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { open, three } from "./scripted.ts";

test("a claim goes out in the given order through one program and is read back", async (t) => {
  const { ip, path, said } = open(t);
  const outcome = await ip.claim(three);
  assert.deepEqual(outcome, { kind: "all-held", held: three, missing: [], reasons: [] });
  assert.deepEqual(said().slice(0, 3), [
    "addr replace 192.0.2.10/32 dev eth0 scope host",
    "addr replace 192.0.2.11/32 dev eth0 scope host",
    "addr replace 192.0.2.12/32 dev eth0 scope host",
  ]);
  assert.equal((await ip.claim(three)).kind, "all-held", "what is there already is no failure");
  assert.equal(readFileSync(join(path, "started"), "utf8"), "-force -j -batch -\n");
});

test("claiming none is all, releasing none is none", async (t) => {
  const { ip } = open(t);
  assert.equal((await ip.claim([])).kind, "all-held");
  assert.equal((await ip.release([])).kind, "none-held");
});
