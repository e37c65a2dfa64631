import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, inServerOrder } from "../../../src/config/servers/server-order.ts";
import { address } from "../../table/tables.ts";

const server = (text: string, port = 80) => ({ address: address(text), port });

test("servers are ordered by family, address and port as numbers, the same on both routers", () => {
  const ordered = [
    server("9.0.0.1"),
    server("10.0.0.1", 9),
    server("10.0.0.1", 80),
    server("10.0.0.10"),
    server("fd00::2"),
    server("fd00::10"),
  ];
  assert.deepEqual(inServerOrder(ordered.toReversed()), ordered);
  assert.deepEqual([compare("a", "b"), compare("b", "a"), compare("a", "a")], [-1, 1, 0]);
});
