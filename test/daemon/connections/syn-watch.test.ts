import assert from "node:assert/strict";
import { test } from "node:test";
import type { FollowedServices } from "../../../src/connections/opened-connections.ts";
import { MachineError } from "../../../src/model/error.ts";
import { make, realEnd, syns, virtualEnd } from "./handed-over.ts";

const services: FollowedServices = new Map([[virtualEnd ?? "", new Set([realEnd ?? ""])]]);

test("what came in between is known from its SYNs, without reading the table again", async () => {
  const { around, order, said, release } = make({ followed: services });
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "tell 2"]);
  assert.match(said.join(), /^told: .*sent the peer 2 young connections; 0\.0 ms after .*$/);
  assert.doesNotMatch(said.join(), /once more/);
});

test("SYNs that came in while the table was read count, too", async () => {
  const { around, capture, order, release } = make({ followed: services });
  capture.syns = syns(3);
  await around(release);
  assert.deepEqual(order, ["read", "tell 1", "release", "tell 3,2"]);
});

test("SYNs of another real server than the configured ones: the table is read, and it is said why", async () => {
  const { around, order, said, release } = make({
    followed: new Map([[virtualEnd ?? "", new Set()]]),
  });
  await around(release);
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*list was read once more: not all .* in the configuration/);
});

test("SYNs that cannot be had, or are lost: the table is read, and it is said why", async () => {
  const { around, capture, order, said, release } = make({ followed: services });
  capture.why = "3 SYNs found no room";
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*list was read once more: 3 SYNs found no room/);
});

test("what its SYNs show and cannot be sent to the peer is reported, too", async () => {
  const { around, kernel, order, said, release } = make({ followed: services });
  kernel.refuses = true;
  await around(release);
  assert.deepEqual(order, ["read", "release"]);
  assert.match(said.join(), /^untold: .*last seconds: eth1: no such device/);
});

test("SYNs are let go of when the release throws", async () => {
  const { around, release } = make({ followed: services });
  const thrown = around(async () => {
    await release();
    throw new MachineError("no kernel");
  });
  await assert.rejects(thrown, /no kernel/);
});
