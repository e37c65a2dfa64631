import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoint, ratesBy, serviceName } from "../../src/control/rates.ts";
import { printService } from "../../src/model/service.ts";
import { address } from "../table/tables.ts";

const server = (of: string | null, fwmark: number | null = null) =>
  ({ protocol: "tcp", address: of, port: fwmark === null ? 80 : null, fwmark }) as const;

test("a server of a status has the name by which the kernel's table knows it", () => {
  for (const text of ["192.0.2.1", "2001:db8::1"]) {
    const identity = {
      kind: "address",
      protocol: "tcp",
      address: address(text),
      port: 80,
    } as const;
    assert.equal(serviceName(server(text)), printService(identity));
  }
  for (const [text, family] of [
    ["192.0.2.1", 4],
    ["2001:db8::1", 6],
  ] as const)
    assert.equal(serviceName(server(text, 9)), printService({ kind: "fwmark", fwmark: 9, family }));
  assert.equal(endpoint({ address: "fd00::1", port: 80 }), "[fd00::1]:80");
});

test("rates are found by these names; what the kernel does not have has none", () => {
  const whole = { connections: 1 };
  const one = { connections: 2 };
  const destinations = [{ destination: "10.0.0.1:80", ...one }];
  const report = { services: [{ service: "tcp 192.0.2.1:80", ...whole, destinations }] };
  const rates = ratesBy(report as never);
  const known = rates(server("192.0.2.1"));
  assert.equal(known.whole, report.services[0]);
  assert.equal(known.of({ address: "10.0.0.1", port: 80 } as never), destinations[0]);
  assert.equal(known.of({ address: "10.0.0.2", port: 80 } as never), null);
  assert.equal(rates(server("192.0.2.2")).whole, null);
  assert.equal(ratesBy(null)(server("192.0.2.1")).whole, null);
});
