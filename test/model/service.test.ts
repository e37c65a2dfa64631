import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../src/model/address.ts";
import {
  isPrivate,
  isPrivateName,
  printDestination,
  printService,
  privateMarks,
} from "../../src/model/service.ts";

const address = (text: string) => parseAddress(text) ?? assert.fail(text);
const mark = (fwmark: number, family: 4 | 6 = 4) => ({ kind: "fwmark", fwmark, family }) as const;

test("a service has one text, with the protocol or the family", () => {
  const tcp = {
    kind: "address",
    protocol: "tcp",
    address: address("192.0.2.1"),
    port: 80,
  } as const;
  assert.equal(printService(tcp), "tcp 192.0.2.1:80");
  const six = { ...tcp, protocol: "udp", address: address("2001:db8::1") } as const;
  assert.equal(printService(six), "udp [2001:db8::1]:80");
  assert.deepEqual(
    [printService(mark(80)), printService(mark(80, 6))],
    ["fwmark 80", "fwmark 80 inet6"],
  );
  assert.equal(printDestination({ address: address("fd00::1"), port: 0 }), "[fd00::1]:0");
});

test("marks of checks are a range of their own, of both families", () => {
  const { from, count } = privateMarks;
  const private_ = [from, from + count - 1].map((value) => mark(value));
  const others = [from - 1, from + count, 80].map((value) => mark(value));
  assert.ok(private_.every(isPrivate) && private_.map(printService).every(isPrivateName));
  assert.ok(!others.some(isPrivate) && !others.map(printService).some(isPrivateName));
  assert.ok(isPrivateName(printService(mark(from, 6))));
  assert.ok(!isPrivateName("tcp 192.0.2.1:80"));
});
