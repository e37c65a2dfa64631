import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { instant } from "../../../src/model/time.ts";
import {
  awaitedPeerFile,
  holdFile,
  leaveAwaitedPeer,
  leaveHold,
} from "../../../src/system/process/left-words.ts";
import { placeFor } from "../place.ts";

test("a hold is seconds of the kernel's uptime and the boot that they count from", (t) => {
  const place = placeFor(t);
  leaveHold(place, instant(12_999));
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  assert.equal(readFileSync(join(place, holdFile), "utf8"), `12\n${boot}\n`);
  assert.equal(statSync(join(place, holdFile)).mode & 0o777, 0o640);
});

test("the wait for the peer is a file that says whose it is", (t) => {
  const place = placeFor(t);
  leaveAwaitedPeer(place);
  assert.match(readFileSync(join(place, awaitedPeerFile), "utf8"), /lvsd takeover-from/);
});
