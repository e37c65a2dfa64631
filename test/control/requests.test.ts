import assert from "node:assert/strict";
import { test } from "node:test";
import { requests } from "../../src/control/requests.ts";

const declared = Object.values(requests).map((request) => request.declared);

test("no two requests have one method and path", () => {
  const routes = declared.map(
    ({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`,
  );
  assert.deepEqual([...new Set(routes)], routes);
});

test("what only shows is a GET; what changes anything is none, and needs more than to read", () => {
  for (const { method, path, access } of declared)
    if (method !== "GET") assert.ok(path.startsWith("/v1/"), path);
    else assert.equal(access === "read" || path.startsWith("/v1/"), true, path);
  const changing = declared.filter(({ path }) =>
    /reload|apply|switchover|restart|config$/.test(path),
  );
  assert.ok(changing.length > 3);
  for (const { method, path, access } of changing)
    assert.ok(method === "GET" || access !== "read", `${method} ${path}`);
});
