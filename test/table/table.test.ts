import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareDestinations,
  compareServices,
  type Destination,
  type Service,
  sameDestination,
  sameService,
} from "../../src/table/table.ts";
import { address } from "./tables.ts";

const tcp = (text: string, port = 80, protocol: "tcp" | "udp" = "tcp") =>
  ({ kind: "address", protocol, address: address(text), port }) as const;
const mark = (fwmark: number, family: 4 | 6 = 4) => ({ kind: "fwmark", fwmark, family }) as const;

test("services are in one order: IPv4, IPv6, then marks", () => {
  const ordered = [
    tcp("9.0.0.1"),
    tcp("10.0.0.1", 53),
    tcp("10.0.0.1", 53, "udp"),
    tcp("10.0.0.1"),
    tcp("2001:db8::1"),
    mark(1),
    mark(1, 6),
    mark(2),
  ];
  assert.deepEqual(ordered.toReversed().sort(compareServices), ordered);
});

test("destinations are ordered by address and port as numbers", () => {
  const at = (text: string, port: number) => ({ address: address(text), port });
  const ordered = [at("9.0.0.1", 80), at("10.0.0.1", 9), at("10.0.0.1", 80), at("fd00::1", 1)];
  assert.deepEqual(ordered.toReversed().sort(compareDestinations), ordered);
});

const service: Service = {
  identity: tcp("192.0.2.1"),
  scheduler: "wlc",
  schedulerFlags: ["a", "b"],
  onePacket: false,
  persistence: { timeoutSeconds: 300, maskBits: 32, engine: null },
  destinations: new Map(),
};

test("services are alike by what is configured, whatever the order of their flags", () => {
  assert.ok(sameService(service, { ...service, schedulerFlags: ["b", "a"] }));
  const others: Partial<Service>[] = [
    { scheduler: "rr" },
    { schedulerFlags: ["a"] },
    { onePacket: true },
    { persistence: null },
    { persistence: { timeoutSeconds: 300, maskBits: 24, engine: null } },
  ];
  for (const other of others)
    assert.ok(!sameService(service, { ...service, ...other }), JSON.stringify(other));
});

const destination: Destination = {
  identity: { address: address("10.0.0.1"), port: 80 },
  forwarding: "nat",
  weight: 1,
  thresholds: { upper: 0, lower: 0 },
  tunnel: { type: "ipip" },
  foreignOptions: "",
};

test("destinations are alike by what counts: a tunnel only where there is one", () => {
  const gue = { type: "gue", port: 6080, checksum: false } as const;
  assert.ok(sameDestination(destination, { ...destination, tunnel: gue }));
  assert.ok(sameDestination(destination, { ...destination, thresholds: null }), "not read");
  const others: Partial<Destination>[] = [
    { weight: 2 },
    { forwarding: "direct" },
    { thresholds: { upper: 9, lower: 0 } },
    { foreignOptions: "--x" },
  ];
  for (const other of others)
    assert.ok(!sameDestination(destination, { ...destination, ...other }), JSON.stringify(other));
  const tunnelled = { ...destination, forwarding: "tunnel" } as const;
  assert.ok(!sameDestination(tunnelled, { ...tunnelled, tunnel: gue }));
});
