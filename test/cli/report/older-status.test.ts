import assert from "node:assert/strict";
import { test } from "node:test";
import { colored, plain } from "../../../src/cli/report/paint.ts";
import { statusReport } from "../../../src/cli/report/status.ts";
import type { Status } from "../../../src/control/api.ts";
import { version } from "../../../src/model/version.ts";
import { olderStatus } from "../../control/older-sample.ts";
import { sampleStatus } from "../../control/sample.ts";

const now = Date.parse("2026-01-01T00:10:00.000Z");

test("the status of an older daemon is shown, with how to start the installed version", () => {
  const text = statusReport(olderStatus, now, plain);
  assert.match(text, /^Router {6}primary, active, lvsd 0\.0\.9\n/);
  assert.ok(text.includes(`this command is lvsd ${version}; lvsd restart starts the version`));
  for (const { name, real_servers } of sampleStatus.virtual_servers)
    for (const shown of [name, ...real_servers.map((each) => each.name)])
      assert.ok(text.includes(shown), shown);
});

test("the status of a later daemon is shown, states that are not known here included", () => {
  const said = { ...sampleStatus, version: "9.0.0", state: "resting", moon: { phase: 1 } };
  const text = statusReport(said as unknown as Status, now, colored);
  assert.match(text, /resting/);
});

test("a router without a configuration says how it gets one, and misses nothing", () => {
  const config = { ...sampleStatus.config, serial: 0, hash: "" };
  const fresh = { ...sampleStatus, state: "unconfigured", config } as const;
  const text = statusReport({ ...fresh, virtual_servers: [] }, now, plain);
  assert.match(text, /^Config .*: lvsd apply FILE gives the first one$/m);
  assert.doesNotMatch(text, /not in sync/);
});
