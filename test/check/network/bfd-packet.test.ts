import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import {
  type BfdPacket,
  bfdStates,
  decodeBfd,
  encodeBfd,
  printBfd,
  printDiagnostic,
} from "../../../src/check/network/bfd-packet.ts";
import { isRefused } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";

const sample: BfdPacket = {
  state: "up",
  diagnostic: 0,
  poll: true,
  final: false,
  demand: false,
  multiplier: 3,
  mine: 0x0102_0304,
  yours: 0xfffe_fdfc,
  minTx: ms(50),
  minRx: ms(300),
};

const length = fc.integer({ min: 0, max: 0xffff_ffff }).map((us) => ms(us / 1000));
const anyPacket: fc.Arbitrary<BfdPacket> = fc.record({
  state: fc.constantFrom(...bfdStates),
  diagnostic: fc.integer({ min: 0, max: 31 }),
  poll: fc.boolean(),
  final: fc.boolean(),
  demand: fc.boolean(),
  multiplier: fc.integer({ min: 1, max: 255 }),
  mine: fc.integer({ min: 1, max: 0xffff_ffff }),
  yours: fc.integer({ min: 1, max: 0xffff_ffff }),
  minTx: length,
  minRx: length,
});

const changed = (at: number, value: number): Uint8Array => encodeBfd(sample).with(at, value);
const reason = (bytes: Uint8Array): string => {
  const decoded = decodeBfd(bytes);
  return isRefused<string>(decoded) ? decoded.refused : "none";
};

describe("a control packet of BFD", () => {
  it("lies on the wire as RFC 5880 draws it", () => {
    assert.equal(
      Buffer.from(encodeBfd(sample)).toString("hex"),
      "20e0031801020304fffefdfc0000c350000493e000000000",
    );
    assert.deepEqual(decodeBfd(encodeBfd(sample)), sample);
  });

  it("is read as it was written, whatever it says", () => {
    fc.assert(
      fc.property(anyPacket, (packet) => {
        assert.deepEqual(decodeBfd(encodeBfd(packet)), { ...packet });
        assert.match(printBfd(packet), /^[\x20-\x7e]{1,300}$/);
      }),
    );
  });

  it("is refused where section 6.8.6 says so", () => {
    assert.equal(reason(encodeBfd(sample)), "none");
    assert.equal(reason(changed(0, 0x40)), "version");
    assert.equal(reason(changed(0, 0x00)), "version");
    assert.equal(reason(encodeBfd(sample).slice(0, 23)), "length");
    assert.equal(reason(changed(3, 23)), "length");
    assert.equal(reason(changed(3, 25)), "length");
    assert.equal(reason(new Uint8Array()), "length");
    assert.equal(reason(changed(1, 0xc4)), "authentication");
    assert.equal(reason(changed(1, 0xc1)), "multipoint");
    assert.equal(reason(changed(2, 0)), "multiplier");
    assert.equal(reason(encodeBfd({ ...sample, mine: 0 })), "discriminator");
    for (const state of ["init", "up"] as const)
      assert.equal(reason(encodeBfd({ ...sample, state, yours: 0 })), "discriminator");
    for (const state of ["down", "admin-down"] as const)
      assert.equal(reason(encodeBfd({ ...sample, state, yours: 0 })), "none");
  });

  it("may be followed by bytes that nobody looks at", () => {
    assert.deepEqual(decodeBfd(Buffer.concat([encodeBfd(sample), Buffer.from("rest")])), sample);
  });

  it("says an interval beyond 32 bits of microseconds as the longest", () => {
    const decoded = decodeBfd(encodeBfd({ ...sample, minTx: ms(1e12) }));
    assert.ok(!isRefused(decoded) && decoded.minTx === 0xffff_ffff / 1000);
  });

  it("names its diagnostics, also those that are not assigned", () => {
    assert.equal(printDiagnostic(1), "control detection time expired");
    assert.equal(printDiagnostic(31), "number 31");
  });
});
