import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readWho, shortName } from "../../../src/health/load/rwho.ts";

/** struct whod without users. */
function report({ host = "rs1", load = 125, received = 7, type = 1, version = 1 } = {}): Buffer {
  const bytes = Buffer.alloc(60);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt32BE(1_000_000, 4);
  bytes.writeUInt32BE(received, 8);
  bytes.write(host, 12, "latin1");
  for (const [at, value] of [load, 900, 1500].entries()) bytes.writeUInt32BE(value, 44 + 4 * at);
  return bytes;
}

describe("a report of rwhod", () => {
  it("says whose it is, the shortest average in hundredths, and when it came", () => {
    assert.deepEqual(readWho(report()), { host: "rs1", load: 1.25, received: 7 });
  });

  it("in a spool is in the order of the machine", () => {
    const bytes = report();
    for (const at of [4, 8, 44, 48, 52]) bytes.writeUInt32LE(bytes.readUInt32BE(at), at);
    assert.deepEqual(readWho(bytes, true), { host: "rs1", load: 1.25, received: 7 });
  });

  it("may have users behind its head, and a name without a zero byte", () => {
    const users = Buffer.concat([report(), Buffer.alloc(24)]);
    assert.equal(readWho(users)?.host, "rs1");
    assert.equal(readWho(report({ host: "a".repeat(32) }))?.host, "a".repeat(32));
  });

  it("is none when it is short, of another kind, or names no host", () => {
    assert.equal(readWho(report().subarray(0, 59)), null);
    assert.equal(readWho(report({ type: 2 })), null);
    assert.equal(readWho(report({ version: 2 })), null);
    assert.equal(readWho(report({ host: "" })), null);
    assert.equal(readWho(report({ host: "../etc" })), null);
  });

  it("is compared by the name without its domain, in any case", () => {
    assert.equal(shortName("RS1.example.com"), "rs1");
    assert.equal(shortName("rs1"), "rs1");
  });
});
