/** Handing young connections over, with a kernel that is a list and a wire that is another one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { make, virtualEnd } from "./handed-over.ts";

test("connections of a service by firewall mark are sent with it", async () => {
  const ports = [{ from: 80, to: 80, fwmark: 7 }];
  const marked = make({ marks: new Map([[`tcp ${virtualEnd?.replace(/ 80$/, " 0")}`, ports]]) });
  await marked.around(marked.release);
  assert.equal(marked.toldMark(), 7);
  const plain = make();
  await plain.around(plain.release);
  assert.equal(plain.toldMark(), 0);
});

test("what is young is sent before the release, what came in between after it, nothing twice", async () => {
  const { around, order, said, release } = make();
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*sent the peer 2 young connections/);
});

test("a release that fails is handed on, and what happened is sent all the same", async () => {
  const { around, said } = make();
  const why = "the kernel says otherwise";
  assert.deepEqual(await around(async () => ({ ok: false, why })), {
    ok: false,
    why,
  });
  assert.match(said.join(), /^told: /);
});

test("a peer that cannot be reached holds up no release, and is reported", async () => {
  const { around, kernel, order, said, release } = make();
  kernel.refuses = true;
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "release", "read"]);
  assert.match(said.join(), /^untold: .*last seconds: eth1: no such device/);
});

test("a table that is too long for the time is sent in part, and that is reported", async () => {
  const { around, kernel, said, release } = make();
  kernel.complete = false;
  await around(release);
  assert.match(said.join(), /^untold: .*more than can be read/);
});

test("a reading that never ends holds up the release for a bounded time", async () => {
  const { around, kernel, order, said, release } = make();
  kernel.hangs = true;
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "release", "read"]);
  assert.match(said.join(), /^untold: .*did not end in time/);
});
