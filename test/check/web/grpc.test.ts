import assert from "node:assert/strict";
import { test } from "node:test";
import { plainTls, refusal, settled } from "../settled.ts";

test("grpc asks about the whole server in the clear, or about a service over TLS", () => {
  const bare = { type: "grpc", address: null, port: null, service: "", host: null, tls: null };
  assert.deepEqual(settled("type: grpc"), bare);
  assert.deepEqual(settled("type: grpc, service: shop.Cart, host: 'a.example:443', tls: true"), {
    ...bare,
    service: "shop.Cart",
    host: "a.example:443",
    tls: plainTls,
  });
  assert.match(refusal("type: grpc, host: 'a b'"), /host name/);
});
