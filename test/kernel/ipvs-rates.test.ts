import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRates, parseTotals } from "../../src/kernel/ipvs-rates.ts";

/** As ipvsadm 1.31 prints it. */
const listing = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
  -> RemoteAddress:Port
TCP  192.168.26.10:80                   42      900      800   123456  4567890
  -> 10.11.12.1:80                      40      850      760   120000  4500000
  -> 10.11.12.2:8080                     2       50       40     3456    67890
UDP  [2001:db8::10]:53                   1        2        3        4        5
  -> [2001:db8::1]:53                    0        0        0        0        0
FWM  80                                  7        0        0        0        0
FWM  81 IPv6                             8        0        0        0        0
  -> [2001:db8::2]:0                     8        0        0        0        0
ESP  192.168.26.10:0                     9        0        0        0        0
  -> 10.11.12.1:0                        9        0        0        0        0
`;

test("services and destinations under their names, each rate in its place", () => {
  const rates = parseRates(listing);
  assert.ok(Array.isArray(rates));
  assert.deepEqual(
    rates.map(({ service, connections, destinations }) => [
      service,
      connections,
      destinations.map((one: { destination: string; connections: number }) => [
        one.destination,
        one.connections,
      ]),
    ]),
    [
      [
        "tcp 192.168.26.10:80",
        42,
        [
          ["10.11.12.1:80", 40],
          ["10.11.12.2:8080", 2],
        ],
      ],
      ["udp [2001:db8::10]:53", 1, [["[2001:db8::1]:53", 0]]],
      ["fwmark 80", 7, []],
      ["fwmark 81 inet6", 8, [["[2001:db8::2]:0", 8]]],
    ],
  );
  const { packets_in, packets_out, bytes_in, bytes_out } = rates[0];
  assert.deepEqual([packets_in, packets_out, bytes_in, bytes_out], [900, 800, 123456, 4567890]);
  assert.deepEqual(parseRates(""), []);
});

test("what is no listing is refused, with the line", () => {
  for (const bad of ["TCP 10.0.0.1:80 1 2 3", "  -> nonsense 1 2 3 4 5", "garbage"])
    assert.deepEqual(parseRates(bad), { refused: "garbled", detail: bad });
});

test("totals of services alone, from a listing of the same form", () => {
  const totals = parseTotals(listing);
  assert.ok(totals instanceof Map);
  assert.deepEqual([...totals.keys()].slice(0, 2), [
    "tcp 192.168.26.10:80",
    "udp [2001:db8::10]:53",
  ]);
  assert.equal(totals.get("tcp 192.168.26.10:80")?.bytes_out, 4_567_890);
  assert.deepEqual(parseTotals("IP Virtual Server nonsense\nTCP x\n"), parseRates("TCP x\n"));
});
