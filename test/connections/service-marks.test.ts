/** Connections get the marks of their services before another kernel is sent them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection } from "../../src/connections/connection-list.ts";
import { serviceMarks, withMarks } from "../../src/connections/service-marks.ts";
import { addressBytes } from "../../src/model/address.ts";
import { config, virtualServer } from "../table/configs.ts";
import { address } from "../table/tables.ts";

const vip = address("192.0.2.1");
const vip6 = address("2001:db8::1");
const marked = virtualServer("web", {
  port: null,
  mark: {
    fwmark: 0x4c560007,
    families: [4, 6],
    addresses: [vip, vip6],
    traffic: [
      { protocol: "tcp", from: 80, to: 80 },
      { protocol: "tcp", from: 10_000, to: 20_000 },
      { protocol: "udp", from: 53, to: 53 },
    ],
  },
});
const plain = virtualServer("mail", { address: vip, port: 25 });

const connection = (
  protocol: "tcp" | "udp",
  virtualPort: number,
  at = vip,
  to = at === vip6 ? "2001:db8::9" : "10.0.0.1",
): Connection => ({
  protocol,
  state: "ESTABLISHED",
  isTemplate: false,
  expires: 9,
  clientPort: 4000,
  virtualPort,
  realPort: virtualPort,
  addresses: Uint8Array.from([to, at, to].flatMap((each) => [...addressBytes(address(each))])),
});
const marksOf = (connections: readonly Connection[], servers = [marked, plain]) =>
  withMarks(connections, serviceMarks(config(...servers))).map(({ mark }) => mark ?? null);

describe("the marks of connections", () => {
  it("are those of their VIP, protocol and port, in both families", () => {
    const mark = 0x4c560007;
    const some = [
      connection("tcp", 80),
      connection("tcp", 15_000),
      connection("udp", 53),
      connection("tcp", 80, vip6),
    ];
    assert.deepEqual(marksOf(some), [mark, mark, mark, mark]);
  });

  it("are none where another service has the place, and of a virtual server that is not active", () => {
    const others = [connection("tcp", 25), connection("tcp", 53), connection("udp", 80)];
    assert.deepEqual(marksOf(others), [null, null, null]);
    assert.deepEqual(marksOf([connection("tcp", 80, address("192.0.2.9"))]), [null]);
    assert.deepEqual(marksOf([connection("tcp", 80)], [{ ...marked, active: false }]), [null]);
  });

  it("cost nothing where no service goes by a mark", () => {
    const list = [connection("tcp", 25)];
    assert.equal(withMarks(list, serviceMarks(config(plain))), list);
  });
});
