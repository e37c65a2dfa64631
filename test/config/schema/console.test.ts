import assert from "node:assert/strict";
import { test } from "node:test";
import { least } from "../least.ts";
import { accepted, readText, refused } from "../texts.ts";

const consoleOf = (keys: string) => accepted(readText(`${least}console: { ${keys} }\n`)).console;

test("the console listens on loopback, without TLS, for all", () => {
  assert.deepEqual(consoleOf(""), { listen: "127.0.0.1", port: 3636, allow: [], tls: null });
});

test("it may listen on all addresses, for some networks, over TLS with a certificate of its own", () => {
  assert.deepEqual(consoleOf("listen: '::', port: 8443, allow: 10.0.0.0/8, tls: {}"), {
    listen: "::",
    port: 8443,
    allow: ["10.0.0.0/8"],
    tls: { certificate: null, key: null },
  });
});

test("a certificate has its key, and a network its length", () => {
  const why = (keys: string): string =>
    refused(readText(`${least}console: { ${keys} }\n`))[0]?.message ?? "";
  assert.match(why("tls: { certificate: c.pem }"), /key/);
  assert.match(why("allow: [10.0.0.1/8]"), /bits beyond its length/);
  assert.match(why("listen: 224.0.0.1"), /multicast/);
});
