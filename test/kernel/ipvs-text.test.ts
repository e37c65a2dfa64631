import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parseSave, parseTimeouts, restoreLine, timeoutsLine } from "../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../src/model/error.ts";
import { seconds } from "../../src/model/time.ts";
import { planChanges } from "../../src/table/plan.ts";
import type { Table } from "../../src/table/table.ts";
import { tables } from "../table/tables.ts";

const everyKind = readFileSync(
  new URL("../fixtures/ipvs/every-kind.save", import.meta.url),
  "utf8",
);

function saved(text: string) {
  const result = parseSave(text);
  assert(!isRefused(result), JSON.stringify(result));
  return result;
}

/** The lines that make this table out of an empty one. */
const linesOf = (table: Table): string[] =>
  planChanges(new Map(), table, new Set()).changes.map(restoreLine);

test("every kind of service and destination that ipvsadm prints is read", () => {
  const { table, unread } = saved(everyKind);
  assert.deepEqual(unread, []);
  assert.equal(table.size, everyKind.match(/^-A/gm)?.length);
  const destinations = [...table.values()].flatMap((service) => [...service.destinations]);
  assert.equal(destinations.length, everyKind.match(/^-a/gm)?.length);
});

test("what is printed of a table that was read is what ipvsadm printed", () => {
  const expected = everyKind
    .replace("-f -1 ", "-f 4294967295 ") // ipvsadm prints what it does not read back
    .replaceAll(" --tun-type ipip", "") // said by -i
    .replace(" -M 255.0.255.0", "") // a mask that lvsd never sets
    .trimEnd()
    .split("\n");
  const withoutEmptyFlags = (line: string) => line.replace(/ -b $/, "").trimEnd();
  assert.deepEqual(
    linesOf(saved(everyKind).table).map(withoutEmptyFlags),
    expected.map(withoutEmptyFlags),
  );
});

const services: readonly (readonly [string, string, object])[] = [
  ["a TCP service", "-A -t 192.0.2.1:80 -s wlc", { scheduler: "wlc", persistence: null }],
  [
    "a persistent service without a mask persists by the whole address",
    "-A -t 192.0.2.1:443 -s wlc -p 300",
    { persistence: { timeoutSeconds: 300, maskBits: 32, engine: null } },
  ],
  [
    "a dotted mask is a number of bits",
    "-A -t 192.0.2.1:443 -s wlc -p 300 -M 255.255.240.0",
    { persistence: { timeoutSeconds: 300, maskBits: 20, engine: null } },
  ],
  [
    "a mask of zero persists by nothing",
    "-A -t 192.0.2.1:443 -s wlc -p 300 -M 0.0.0.0",
    { persistence: { timeoutSeconds: 300, maskBits: 0, engine: null } },
  ],
  [
    "a mask with holes is no number of bits",
    "-A -t 192.0.2.1:443 -s wlc -p 300 -M 255.0.255.0",
    { persistence: { timeoutSeconds: 300, maskBits: null, engine: null } },
  ],
  [
    "an IPv6 mask is a prefix length",
    "-A -t [fd00:1::1]:443 -s wlc -p 300 -M 64",
    { persistence: { timeoutSeconds: 300, maskBits: 64, engine: null } },
  ],
  [
    "a persistence engine",
    "-A -u 192.0.2.1:5060 -s rr -p 60 --pe sip",
    { persistence: { timeoutSeconds: 60, maskBits: 32, engine: "sip" } },
  ],
  ["one-packet scheduling", "-A -u 192.0.2.1:53 -s rr -o", { onePacket: true }],
  [
    "scheduler flags",
    "-A -t 192.0.2.1:80 -s sh -b sh-fallback,sh-port",
    { schedulerFlags: ["sh-fallback", "sh-port"] },
  ],
  [
    "a flag without a name is still a flag",
    "-A -t 192.0.2.1:80 -s mh -b ",
    { schedulerFlags: [""] },
  ],
  [
    "an IPv6 firewall mark",
    "-A -f 80 -6 -s rr",
    { identity: { kind: "fwmark", fwmark: 80, family: 6 } },
  ],
  [
    "a mark that ipvsadm prints as negative",
    "-A -f -1 -s rr",
    { identity: { kind: "fwmark", fwmark: 4_294_967_295, family: 4 } },
  ],
];

for (const [name, line, expected] of services) {
  test(`${name} is read: ${line}`, () => {
    const [service] = saved(line).table.values();
    assert.partialDeepStrictEqual(service, expected);
  });
}

test("a service of a kind that lvsd does not know is foreign and hides nothing", () => {
  const known = "-A -t 192.0.2.1:80 -s rr";
  const quic = "-A --quic-service 192.0.2.1:443 -s rr";
  const its = "-a --quic-service 192.0.2.1:443 -r 10.0.0.1:443 -m -w 1";
  const { table, unread } = saved([quic, its, known].join("\n"));
  assert.deepEqual([...table.keys()], ["tcp 192.0.2.1:80"]);
  assert.deepEqual(unread, [quic, its]);
});

test("text that is no save text is refused", () => {
  const line = "-A -t 192.0.2.1:80 -s rr\n";
  assert.equal(saved(line).table.size, 1);
  assert.partialDeepStrictEqual(parseSave(`${line}Can't initialize ipvs\n`), {
    refused: "garbled",
  });
  assert.partialDeepStrictEqual(parseSave("-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1"), {
    refused: "orphan",
  });
});

test("any table survives being printed and read, thresholds apart", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const text = linesOf(table).map((line) => line.replace(/ -x.*/, ""));
      const read = saved(text.join("\n")).table;
      assert.deepEqual(linesOf(read), text);
      assert.deepEqual([...read.keys()], [...table.keys()]);
    }),
  );
});

test("random text is never read as a table by accident and never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const result = parseSave(text);
      assert(isRefused(result) || result.table.size === 0);
    }),
  );
});

const changes: readonly (readonly [string, string])[] = [
  ["-A -t [fd00:1::1]:443 -s wlc -p 300 -M 64", "-D -t [fd00:1::1]:443"],
  ["-A -f 80 -6 -s rr", "-D -f 80 -6"],
  ["-A --sctp-service 192.0.2.1:2905 -s lc", "-D --sctp-service 192.0.2.1:2905"],
];

for (const [line, deletion] of changes) {
  test(`${line} is taken back by ${deletion}`, () => {
    const { table } = saved(line);
    assert.deepEqual(linesOf(table), [line]);
    const owned = new Set(table.keys());
    assert.deepEqual(planChanges(table, new Map(), owned).changes.map(restoreLine), [deletion]);
  });
}

test("thresholds are said when an entry is added", () => {
  const { table } = saved("-A -t 192.0.2.1:80 -s rr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1\n");
  const [service] = table.values();
  const [destination] = service?.destinations.values() ?? [];
  assert(service !== undefined && destination !== undefined);
  assert.equal(
    restoreLine({
      kind: "add-destination",
      service: service.identity,
      destination: { ...destination, thresholds: { upper: 20, lower: 10 } },
    }),
    "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1 -x 20 -y 10",
  );
});

test("timeouts are whole seconds, and never the 0 that means leave alone", () => {
  const timeouts = { tcp: seconds(900), tcpFin: seconds(0.2), udp: seconds(1.5) };
  assert.equal(timeoutsLine(timeouts), "--set 900 1 2");
});

test("the kernel's timeouts are read as ipvsadm prints them", () => {
  assert.deepEqual(parseTimeouts("Timeout (tcp tcpfin udp): 900 120 300\n"), {
    tcp: 900_000,
    tcpFin: 120_000,
    udp: 300_000,
  });
  assert.ok(isRefused(parseTimeouts("")));
});
