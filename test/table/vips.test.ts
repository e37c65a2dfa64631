import assert from "node:assert/strict";
import { test } from "node:test";
import { planVips } from "../../src/table/vips.ts";
import { vip } from "./configs.ts";

const a = vip("192.0.2.1");
const b = vip("192.0.2.2");
const c = vip("192.0.2.3");

test("only addresses that differ are added and removed, each list in its order", () => {
  assert.deepEqual(planVips([a, b], [a, b]), { add: [], remove: [] });
  assert.deepEqual(planVips([a, b], [c, a]), { add: [c], remove: [b] });
});

test("an address that moves to another device or label is removed and added", () => {
  const moved = { ...a, device: "eth1" };
  assert.deepEqual(planVips([a], [moved]), { add: [moved], remove: [a] });
  const labelled = { ...a, label: "eth0:1" };
  assert.deepEqual(planVips([a], [labelled]), { add: [labelled], remove: [a] });
});

test("what an address is for is no difference to the kernel", () => {
  assert.deepEqual(planVips([a], [{ ...a, kind: "nat-router" }]), { add: [], remove: [] });
});
