import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addressFact, readAddressFact } from "../../../src/health/names/address-fact.ts";
import type { HostName } from "../../../src/model/address.ts";
import { addresses } from "./hosts.ts";

describe("addresses as a fact for the peer", () => {
  const host = "app.internal" as HostName;
  it("are read as they were written", () => {
    const all = addresses("10.0.0.9", "2001:db8::1");
    assert.deepEqual(readAddressFact(addressFact(host, all).body), all);
    assert.deepEqual(readAddressFact(new Uint8Array(0)), []);
  });

  it("are null where the bytes are none, and never throw (any bytes)", () => {
    assert.equal(readAddressFact(Uint8Array.of(4, 1, 2)), null);
    assert.equal(readAddressFact(Uint8Array.of(3, 1, 2, 3)), null);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readAddressFact(bytes)));
  });
});
