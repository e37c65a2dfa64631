import assert from "node:assert/strict";
import { test } from "node:test";
import { startNanny } from "../../src/health/nanny.ts";
import { realServerEvent } from "../../src/health/nanny-report.ts";
import { failed, passed, rules, run, start } from "./nannies.ts";

test("an event is made of a change of state and of nothing else", () => {
  const checking = startNanny(rules(), start);
  const up = run(checking, passed);
  assert.deepEqual(realServerEvent(checking, up), {
    event: "real_server",
    kind: "up",
    virtual_server: "web",
    real_server: "rs1",
    address: "10.0.0.1:80",
    cause: "a check passed",
  });
  assert.equal(realServerEvent(up, run(up, failed)), null);
});
