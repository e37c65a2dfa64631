import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptReport } from "../../../src/daemon/maintenance/script-report.ts";
import { config, name, usual } from "../../daemon/maintenance/scripted.ts";

test("names that do not exist are refused with what was meant", () => {
  for (const [given, message] of [
    [{ virtualServer: `${name}x` }, /there is no virtual server/],
    [{ realServer: "nope" }, /there is no real server/],
    [{ method: "magic" }, /there is no method magic/],
    [{ format: "scrip" }, /there is no format scrip/],
  ] as const) {
    const refused = scriptReport(config, { ...usual, ...given });
    assert.ok(!refused.ok);
    assert.match(refused.problems[0]?.message ?? "", message);
  }
});
