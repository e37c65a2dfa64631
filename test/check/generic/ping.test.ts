import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

test("a ping goes to an address, not to a port", () => {
  assert.deepEqual(settled("type: ping"), { type: "ping", address: null });
  assert.deepEqual(settled("type: ping, address: 10.9.9.9"), { type: "ping", address: "10.9.9.9" });
  assert.match(refusal("type: ping, port: 80"), /type ping has no/);
  assert.match(refusal("type: ping, via: service"), /ICMP is not balanced/);
});
