/**
 * The rules on a real kernel: nftables in a network namespace of this machine, in a process of its
 * own. Needs root, nft, and a kernel that has nftables; otherwise it says so and is skipped.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { openPacketFilter } from "../../../../../src/system/packet-filter/nft.ts";
import { scripts } from "../../../../system/scripts.ts";

const usable =
  spawnSync("unshare", ["-n", "nft", "add table inet lvsd"], { stdio: "ignore" }).status === 0;
const skip = usable ? false : "needs root and nftables in this kernel";

test("the table is made, read back the same, repaired, and taken away alone", { skip }, () => {
  const side = new URL("../../../../system/packet-filter/nft-side.ts", import.meta.url).pathname;
  const said = execFileSync("unshare", ["-n", process.execPath, side], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(said), {
    before: null,
    rules: 7,
    same: true,
    drift: "set",
    found: "mark 80",
    again: "right",
    after: null,
    others: true,
  });
});

test("what nft refuses is reported in its words", async (t) => {
  const path = scripts(t, {
    nft: 'echo "Error: Could not process rule: Operation not supported" >&2; exit 1',
  });
  const filter = openPacketFilter(path);
  assert.ok(filter.installed());
  await assert.rejects(filter.replace([]), /Operation not supported/);
  await assert.rejects(filter.read(), /Operation not supported/);
  assert.ok(!openPacketFilter(scripts(t, {})).installed());
});
