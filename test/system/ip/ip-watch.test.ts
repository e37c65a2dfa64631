import assert from "node:assert/strict";
import { test } from "node:test";
import { openIp } from "../../../src/system/ip/ip.ts";
import { eventually, scripts } from "../scripts.ts";

test("the watch reports changes, and whenever something may have been missed", async (t) => {
  const added = "3: v0    inet 10.9.0.10/24 scope global v0:1";
  const removed = "Deleted 3: v0    inet6 fd00::1/64 scope global nodad";
  const path = scripts(t, {
    ip: `echo "${added}"
echo "netlink receive error No buffer space available (105)" >&2
read -r -t 1 nothing < <(sleep 0.3)
echo "${removed}"
exit 1`,
  });
  const ip = openIp({ path });
  const told: string[] = [];
  const stop = ip.watch((why) => told.push(why));
  await eventually("five changes", () => told.length >= 5);
  stop();
  // The two streams of a program are read independently.
  assert.deepEqual(told.slice(0, 2).sort(), [
    added,
    "netlink receive error No buffer space available (105)",
  ]);
  assert.deepEqual(told.slice(2), [
    "the watch has begun",
    removed,
    "ip ended with status 1: netlink receive error No buffer space available (105)",
  ]);
  await ip.close();
});
