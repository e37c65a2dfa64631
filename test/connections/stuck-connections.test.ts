/** Handshakes that do not go on, from one look at the kernel's connections to the next. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection, ConnectionState } from "../../src/connections/connection-list.ts";
import { endpoint } from "../../src/connections/opened-connections.ts";
import { lookForStuck, rememberedMax } from "../../src/connections/stuck-connections.ts";

const vip = [192, 0, 2, 1];
const handshake = (
  client: number,
  host: number,
  state: ConnectionState = "SYN_RECV",
  realPort = 80,
): Connection => ({
  protocol: "tcp",
  addresses: Uint8Array.from([198, 51, client >> 8, client & 255, ...vip, 10, 0, 0, host]),
  clientPort: 40_000,
  virtualPort: 80,
  realPort,
  state,
  isTemplate: false,
  expires: 59,
});
const place = (host: number, port = 80) => endpoint(Uint8Array.of(10, 0, 0, host), port);
const servers = new Map([
  [place(1), ["web/rs1", "shop/rs1"]],
  [place(2), ["web/rs2"]],
  [place(3, 0), ["marked/rs3"]],
]);
const nothing = new Set<string>();
const clients = (count: number, host: number, ...rest: [ConnectionState?, number?]) =>
  Array.from({ length: count }, (_, client) => handshake(client, host, ...rest));

/** What the second of two looks finds. */
const stuckAfter = (first: readonly Connection[], second: readonly Connection[]) => {
  const { handshakes } = lookForStuck(first, nothing, servers);
  return [...lookForStuck(second, handshakes, servers).stuck];
};

describe("handshakes", () => {
  it("that two looks have seen are stuck, where three of one real server are", () => {
    assert.deepEqual(stuckAfter(clients(3, 2), clients(3, 2)), ["web/rs2"]);
    assert.deepEqual(stuckAfter(clients(3, 1), clients(3, 1)), ["web/rs1", "shop/rs1"]);
    assert.deepEqual(stuckAfter(clients(2, 2), clients(2, 2)), []);
    const few = [...clients(2, 1), ...clients(2, 2)];
    assert.deepEqual(stuckAfter(few, few), [], "each server by itself");
  });

  it("that went on meanwhile, or have just begun, are none", () => {
    assert.deepEqual(stuckAfter(clients(3, 2), clients(3, 2, "ESTABLISHED")), []);
    assert.deepEqual(stuckAfter([], clients(30, 2)), []);
    assert.deepEqual(stuckAfter(clients(30, 2), []), []);
  });

  it("of a service by mark belong to the address, whatever their port", () => {
    const ones = clients(3, 3, "SYN_RECV", 443);
    assert.deepEqual(stuckAfter(ones, ones), ["marked/rs3"]);
  });

  it("of others than the configured real servers are passed over", () => {
    assert.deepEqual(stuckAfter(clients(9, 9), clients(9, 9)), []);
    const other = clients(9, 2, "SYN_RECV", 81);
    assert.deepEqual(stuckAfter(other, other), []);
  });

  it("of a flood are remembered up to a bound", () => {
    const flood = clients(rememberedMax + 5000, 2);
    assert.equal(lookForStuck(flood, nothing, servers).handshakes.size, rememberedMax);
  });
});
