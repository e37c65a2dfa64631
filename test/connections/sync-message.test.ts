/** The kernel's synchronisation protocol, version 1, by its bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Connection } from "../../src/connections/connection-list.ts";
import { syncMessages } from "../../src/connections/sync-message.ts";

const making: Connection = {
  protocol: "tcp",
  state: "SYN_RECV",
  isTemplate: false,
  expires: 59,
  addresses: Uint8Array.of(192, 168, 26, 50, 192, 168, 26, 10, 10, 11, 12, 2),
  clientPort: 0xdc51,
  virtualPort: 80,
  realPort: 8080,
};
const established: Connection = { ...making, state: "ESTABLISHED", expires: 900 };
const template: Connection = {
  ...making,
  state: "ASSURED",
  isTemplate: true,
  expires: 42,
  clientPort: 0,
};
const flow: Connection = { ...making, protocol: "udp", state: "UDP" };
const v6 = (last: number): number[] => [0xfd, 0x26, ...Array(13).fill(0), last];
const six: Connection = {
  ...established,
  addresses: Uint8Array.from([...v6(0x50), ...v6(0x10), ...v6(0x03)]),
  clientPort: 1,
  virtualPort: 2,
  realPort: 3,
};

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

test("a handshake in the middle, byte by byte", () => {
  const [datagram] = syncMessages([making], 7);
  assert.equal(
    hex(datagram),
    // reserved, id, size 44; one connection, version 1, spare
    "0007002c01010000" +
      // IPv4, TCP, size 36; inactive; SYN_RECV; the three ports; no mark; the receiver's time-out
      "00060024000001000003dc5100501f900000000000000000" +
      "c0a81a32c0a81a0a0a0b0c02",
  );
});

test("what is established counts as active, a template keeps its time, UDP has one state", () => {
  const [all] = syncMessages([established, template, flow], 1);
  const records = [0, 1, 2].map((at) => hex(all?.subarray(8 + 36 * at, 8 + 36 * (at + 1))));
  assert.equal(records[0]?.slice(0, 20), "00060024000000000001");
  assert.equal(records[1]?.slice(0, 24), "000600240000100000010000");
  assert.equal(records[1]?.slice(40, 48), "0000002a");
  assert.equal(records[2]?.slice(0, 20), "00110024000000000000");
});

test("IPv6 is marked and has long addresses", () => {
  const text = hex(syncMessages([six], 0)[0]);
  assert.equal(text.slice(0, 24), "000000500101000001060048");
  assert.ok(text.endsWith(`fd26${"0".repeat(26)}50fd26${"0".repeat(26)}10fd26${"0".repeat(26)}03`));
});

test("datagrams are whole, small, in order, and name their own size", () => {
  const some = fc.constantFrom(making, established, template, flow, six);
  fc.assert(
    fc.property(fc.array(some, { maxLength: 300 }), (connections) => {
      const datagrams = syncMessages(connections, 5);
      const lengths = datagrams.flatMap((bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        assert.ok(bytes.length <= 1232);
        assert.equal(view.getUint16(2), bytes.length);
        const found: number[] = [];
        for (let at = 8; at < bytes.length; at += view.getUint16(at + 2))
          found.push(view.getUint16(at + 2));
        assert.equal(view.getUint8(4), found.length);
        assert.ok(found.length <= 255);
        return found;
      });
      assert.deepEqual(
        lengths,
        connections.map((each) => (each === six ? 72 : 36)),
      );
    }),
  );
});
