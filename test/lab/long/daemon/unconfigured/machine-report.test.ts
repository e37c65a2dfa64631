import assert from "node:assert/strict";
import { test } from "node:test";
import { place, router } from "./waiting.ts";

test("its status says that nothing runs, and why", async (t) => {
  const { path } = place(t);
  const status = await router(path).controlled.status({});
  assert.equal(status.state, "unconfigured");
  assert.equal(status.role, null);
  assert.equal(status.cause, `there is no ${path}`);
  assert.deepEqual(status.vips, []);
});
