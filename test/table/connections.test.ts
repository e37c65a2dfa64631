/** Lines of /proc/net/ip_vs_conn as Linux 6.1.176 prints them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, readConnection, untold } from "../../src/table/connections.ts";

const head = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData";
const established = "TCP C0A81A32 DC50 C0A81A0A 0050 0A0B0C03 0050 ESTABLISHED     894";
const making = "TCP C0A81A32 DC51 C0A81A0A 0050 0A0B0C02 1F90 SYN_RECV         59";
const closed = "TCP C0A81A32 DC52 C0A81A0A 0050 0A0B0C03 0050 CLOSE             8";
const waiting = "TCP C0A81A32 DC53 C0A81A0A 0050 0A0B0C03 0050 TIME_WAIT       119";
const template = "TCP C0A81A32 0000 C0A81A0A 0050 0A0B0C03 0050 ASSURED          60";
const udp = "UDP C0A81A32 C7E5 C0A81A0A 0035 0A0B0C02 0035 UDP             298";
const ipv6 =
  "TCP fd26:0000:0000:0000:0000:0000:0000:0050 994E fd26:0000:0000:0000:0000:0000:0000:0010 0050 " +
  "fd11:0000:0000:0000:0000:0000:0000:0003 0050 ESTABLISHED     899";
const withEngine = `${udp.replace("0035 UDP", "0035 UDP")} sip 1-2@host`;

const read = (line: string, seen = new Set<string>()): Connection => {
  const connection = readConnection(line, seen);
  assert.ok(connection !== null, line);
  return connection;
};

test("a connection is read with its three ends, its state and the seconds that it has left", () => {
  assert.deepEqual(read(making), {
    ...{ protocol: "tcp", state: "SYN_RECV", isTemplate: false, expires: 59 },
    client: { address: "192.168.26.50", port: 0xdc51 },
    virtual: { address: "192.168.26.10", port: 80 },
    real: { address: "10.11.12.2", port: 8080 },
  });
  assert.deepEqual(read(ipv6).client, { address: "fd26::50", port: 0x994e });
  assert.deepEqual(read(ipv6).real, { address: "fd11::3", port: 80 });
  assert.equal(read(udp).protocol, "udp");
  assert.equal(read(withEngine).expires, 298);
  assert.equal(read(template).isTemplate, true);
});

test("what is over is nothing to tell of, and neither is the head", () => {
  for (const line of [head, closed, waiting, ""])
    assert.equal(readConnection(line, new Set()), null);
});

test("a connection is read once in each of its states", () => {
  const seen = new Set<string>();
  read(making, seen);
  assert.equal(readConnection(making.replace(" 59", " 58"), seen), null);
  assert.equal(read(making.replace("SYN_RECV   ", "ESTABLISHED"), seen).state, "ESTABLISHED");
});

test("a spoiled line is no connection", () => {
  read(established);
  const spoiled = [
    established.replace("C0A81A32", "C0A81A3"),
    established.replace("DC50", "XY50"),
    established.replace("TCP", "AH "),
    established.replace("ESTABLISHED", "ESTABLISHE?"),
    ipv6.replace("0050 994E", "005g 994E"),
    established.slice(0, 40),
  ];
  for (const line of spoiled) assert.equal(readConnection(line, new Set()), null, line);
});

test("untold is what is being made or ended, and what was used in the last seconds", () => {
  const of = (expires: number): Connection => ({ ...read(established), expires });
  const [fresh, lately, told] = [of(900), of(896), of(895)];
  const [half, template60] = [read(making), read(template)];
  assert.deepEqual(untold([fresh, lately, told, half, template60]), [
    ...[fresh, lately, half, template60],
  ]);
  assert.deepEqual(untold([{ ...half, expires: 3 }, half]).length, 2);
  assert.deepEqual(untold([]), []);
});
