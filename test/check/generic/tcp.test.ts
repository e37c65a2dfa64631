import assert from "node:assert/strict";
import { test } from "node:test";
import { tcp } from "../../../src/check/generic/tcp.ts";
import { ms } from "../../../src/model/time.ts";
import { plainTls, refusal, settled } from "../settled.ts";

test("tcp connects, and shakes hands where `tls` says so", () => {
  const bare = { type: "tcp", address: null, port: null };
  assert.deepEqual(settled("type: tcp"), { ...bare, tls: null });
  assert.deepEqual(settled("type: tcp, port: 443, tls: { sni: a.example, ca: ca.pem }"), {
    ...bare,
    port: 443,
    tls: { ...plainTls, sni: "a.example", ca: "/etc/lvsd/ca.pem", verify: true },
  });
  assert.match(refusal("type: tcp, tls: { minimum: '0.9' }"), /version of TLS/);
});

test("TLS begins with the first byte", () => {
  assert.ok(tcp.runs.by === "dialogue");
  const rhythm = { interval: ms(1), timeout: ms(1), fall: 1, rise: 1 };
  const check = { type: "tcp", ...rhythm, address: null, port: null, tls: null } as const;
  assert.deepEqual(tcp.runs.transport(check), { protocol: "tcp", tls: null });
  const tls = { ...plainTls, minimum: "1.2", warnBefore: ms(0) } as const;
  assert.deepEqual(tcp.runs.transport({ ...check, tls }), {
    protocol: "tcp",
    tls: { options: tls, upgrade: false, alpn: null },
  });
  assert.equal(tcp.runs.begin, undefined, "to connect is all");
});
