import assert from "node:assert/strict";
import { test } from "node:test";
import { least } from "../least.ts";
import { accepted, readText } from "../texts.ts";

/** Values that are written in several ways. */
test("a single router without a backup needs no key, and has one if it is given", () => {
  const alone = least.replace(/ {2}backup.*\n/, "");
  assert.equal(accepted(readText(alone)).routers.backup, null);
  assert.equal(accepted(readText(alone)).heartbeat.keyFile, null);
  const given = accepted(readText(`${alone}heartbeat: { key_file: keys/a.key }\n`));
  assert.equal(given.heartbeat.keyFile, "/etc/lvsd/keys/a.key");
  const none = accepted(readText(`${least}heartbeat: { authentication: none }\n`));
  assert.equal(none.heartbeat.keyFile, null);
  const pulse = accepted(readText(`${least}heartbeat: { protocol: pulse, dead_after: 5s }\n`));
  assert.equal(pulse.heartbeat.keyFile, null, "pulse signs nothing");
  const auto = accepted(readText(`${least}heartbeat: { protocol: auto, dead_after: 5s }\n`));
  assert.equal(auto.heartbeat.keyFile, "/etc/lvsd/heartbeat.key");
});

test("dead_after, warn_after and start_delay follow the interval", () => {
  const { heartbeat, failover } = accepted(readText(`${least}heartbeat: { interval: 50ms }\n`));
  assert.deepEqual(
    [heartbeat.deadAfter, heartbeat.warnAfter, failover.startDelay],
    [200, 100, 600],
  );
});
