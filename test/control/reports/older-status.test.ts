import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "../../../src/control/api.ts";
import { completed } from "../../../src/control/reports/older-status.ts";
import { olderStatus } from "../older-sample.ts";
import { sampleStatus } from "../sample.ts";

test("a status that says everything stays as it is, its servers the very same objects", () => {
  const status = completed(sampleStatus);
  assert.deepEqual(status, sampleStatus);
  for (const [at, server] of status.virtual_servers.entries())
    assert.equal(server, sampleStatus.virtual_servers[at]);
});

test("what an older daemon leaves out is filled in, and nothing that it says is changed", () => {
  const status = completed(olderStatus);
  const { virtual_servers: servers, kernel, refused, services } = status;
  assert.deepEqual([kernel, refused, services], [{ repairs: 0, wrong: [] }, {}, []]);
  assert.equal(status.started, olderStatus.since);
  assert.deepEqual(servers[0]?.real_servers[0], {
    ...olderStatus.virtual_servers[0]?.real_servers[0],
    check: { type: "http", last_ms: 2.13, last_error: null, since: "2026-01-01T00:00:01.000Z" },
    load: null,
  });
});

test("a host name of a version that does not say when it was answered has no such time", () => {
  const name = { name: "a.example", addresses: ["10.0.0.1"], source: "resolver" };
  const said = { ...sampleStatus, names: [name] } as unknown as Status;
  assert.deepEqual(completed(said).names, [{ ...name, answered: null, last_error: null }]);
});
