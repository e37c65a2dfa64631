import assert from "node:assert/strict";
import { test } from "node:test";
import { acts, shows } from "../../src/control/request.ts";

test("a request that shows is a GET that anyone may send, and is never refused", () => {
  const { declared, refuses } = shows<object>()({ path: "/v1/x", does: "shows x" });
  assert.deepEqual([declared.method, declared.access, refuses], ["GET", "read", false]);
  assert.equal(shows<object>()({ path: "/v1/x", does: "x", msMax: 9 }).declared.msMax, 9);
});

test("a request that acts is a POST with its access, waits longer, and may be refused", () => {
  const shown = shows<object>()({ path: "/v1/x", does: "x" }).declared.msMax;
  const { declared, refuses } = acts<{ ok: true }>()({
    path: "/v1/x",
    access: "operate",
    does: "x",
  });
  assert.deepEqual([declared.method, declared.access, refuses], ["POST", "operate", true]);
  assert.ok(declared.msMax > shown);
  const put = acts<{ ok: true }>()({
    path: "/v1/x",
    method: "PUT",
    access: "configure",
    does: "x",
  });
  assert.equal(put.declared.method, "PUT");
});
