/** When the VIPs are announced, by a clock that the test moves. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Announcements } from "../../../src/daemon/vips/announcements.ts";
import { seconds } from "../../../src/model/time.ts";
import type { FloatingAddress } from "../../../src/system/ip/ip.ts";
import { vip } from "../../table/configs.ts";

const web: FloatingAddress = { ...vip("192.0.2.1"), device: "eth0" };
const held = () => ({ vips: [web], interfaces: [] });

function make(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const said: string[] = [];
  const say = (what: string) => (vips: readonly FloatingAddress[]) => {
    said.push(what);
    return { frames: vips.length, failures: [] };
  };
  const announcements = new Announcements(
    { announceAll: say("announce"), probeAll: say("ask") },
    { count: 3, interval: seconds(1), refresh: seconds(60) },
    () => {},
  );
  t.after(() => announcements.stop());
  return { announcements, said, pass: (length: number) => t.mock.timers.tick(length) };
}

test("announced at once, repeated, then refreshed; a refresh asks who else has them", (t) => {
  const { announcements, said, pass } = make(t);
  announcements.start(held, held);
  assert.deepEqual(said, ["announce"]);
  pass(1000);
  assert.deepEqual(said, ["announce", "announce"]);
  pass(1000);
  assert.deepEqual(said.slice(2), ["announce", "ask"]);
  pass(59_999);
  assert.equal(said.length, 4);
  pass(1);
  assert.deepEqual(said.slice(4), ["announce", "ask"]);
});

test("who stops says nothing more, whatever was due", (t) => {
  const { announcements, said, pass } = make(t);
  announcements.start(held, held);
  announcements.stop();
  pass(200_000);
  assert.deepEqual(said, ["announce"]);
});

test("a repetition that is postponed waits its whole time anew, and comes then", (t) => {
  const { announcements, said, pass } = make(t);
  announcements.start(held, held);
  pass(900);
  announcements.postpone();
  pass(999);
  assert.deepEqual(said, ["announce"]);
  pass(1);
  assert.deepEqual(said, ["announce", "announce"]);
});
