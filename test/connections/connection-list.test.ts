/** Lines of /proc/net/ip_vs_conn as Linux 6.1.176 prints them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, readConnection, untold } from "../../src/connections/connection-list.ts";
import { SeenLines } from "../../src/connections/seen-lines.ts";
import { addressFromBytes } from "../../src/model/address.ts";

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

/** A line amid others: what stands around it is not read. */
const readOrNull = (line: string, seen = new SeenLines()): Connection | null => {
  const bytes = Buffer.from(`7A\n${line}\n7A`);
  return readConnection(bytes, 3, 3 + line.length, seen);
};

const read = (line: string, seen = new SeenLines()): Connection => {
  const connection = readOrNull(line, seen);
  assert.ok(connection !== null, line);
  return connection;
};

/** The client's address, the virtual one and the real one. */
const addressesOf = ({ addresses }: Connection): readonly string[] => {
  const length = addresses.length / 3;
  return [0, 1, 2].map((end) =>
    addressFromBytes(addresses.subarray(end * length, (end + 1) * length)),
  );
};

test("a connection is read with its three ends, its state and the seconds that it has left", () => {
  const { addresses: _, ...rest } = read(making);
  assert.deepEqual(rest, {
    protocol: "tcp",
    state: "SYN_RECV",
    isTemplate: false,
    expires: 59,
    clientPort: 0xdc51,
    virtualPort: 80,
    realPort: 8080,
  });
  assert.deepEqual(addressesOf(read(making)), ["192.168.26.50", "192.168.26.10", "10.11.12.2"]);
  assert.deepEqual(addressesOf(read(ipv6)), ["fd26::50", "fd26::10", "fd11::3"]);
  assert.equal(read(ipv6).clientPort, 0x994e);
  assert.equal(read(ipv6).expires, 899);
  assert.equal(read(udp).protocol, "udp");
  assert.equal(read(withEngine).expires, 298);
  assert.equal(read(template).isTemplate, true);
});

test("what is over is not sent, and neither is the head", () => {
  for (const line of [head, closed, waiting, ""]) assert.equal(readOrNull(line), null);
});

test("a connection is read once in each of its states", () => {
  const seen = new SeenLines();
  read(making, seen);
  assert.equal(readOrNull(making.replace(" 59", " 58"), seen), null);
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
  for (const line of spoiled) assert.equal(readOrNull(line), null, line);
});

test("each state is distinguished from those that begin alike", () => {
  const states = [
    "SYN_SENT",
    "SYN_RECV",
    "SYNACK",
    "ESTABLISHED",
    "FIN_WAIT",
    "CLOSE_WAIT",
    "NONE",
  ];
  const written = (state: string) => established.replace("ESTABLISHED", state.padEnd(11));
  assert.deepEqual(
    states.map((state) => read(written(state)).state),
    states,
  );
  for (const other of ["SYN_SENDING", "CLOSED", "ESTABLISHES"])
    assert.equal(readOrNull(written(other)), null, other);
});

test("untold is what is being made or ended, and what was used in the last seconds", () => {
  const of = (expires: number): Connection => ({ ...read(established), expires });
  const fresh = of(900);
  const lately = of(896);
  const told = of(895);
  const half = read(making);
  const template60 = read(template);
  assert.deepEqual(untold([fresh, lately, told, half, template60]), [
    fresh,
    lately,
    half,
    template60,
  ]);
  assert.deepEqual(untold([{ ...half, expires: 3 }, half]).length, 2);
  assert.deepEqual(untold([]), []);
});
