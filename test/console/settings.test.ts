import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readText } from "../config/texts.ts";

const pair = `
routers:
  primary: { public: 192.0.2.1 }
vips: [ 192.0.2.9/24 ]
`.replace("[ 192.0.2.9/24 ]", "[{ address: 192.0.2.9/24 }]");

function consoleOf(text: string) {
  const read = readText(`${pair}console: ${text}\n`);
  return "config" in read ? read.config.console : read.problems.map(({ message }) => message);
}

describe("console: of the configuration", () => {
  it("has the old tool's port on loopback where nothing is said", () => {
    const usual = { listen: "127.0.0.1", port: 3636, allow: [], tls: null };
    assert.deepEqual(consoleOf("{}"), usual);
    assert.deepEqual(consoleOf("{ tls: {} }"), { ...usual, tls: { certificate: null, key: null } });
  });

  it("takes networks, addresses to listen on, and files of TLS", () => {
    const allow = "[192.0.2.0/24, 198.51.100.7, '2001:db8::/32']";
    const tls = "{ certificate: tls/console.pem, key: /etc/key.pem }";
    const read = consoleOf(`{ listen: '::', allow: ${allow}, tls: ${tls} }`);
    assert.ok(!Array.isArray(read));
    assert.equal(read.listen, "::");
    assert.deepEqual(read.allow, ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"]);
    assert.match(read.tls?.certificate ?? "", /^\/.*tls\/console\.pem$/);
  });

  it("refuses what is no network, and half a pair of files", () => {
    assert.match(String(consoleOf("{ allow: [192.0.2.7/24] }")), /bits beyond its length/);
    assert.match(String(consoleOf("{ allow: [office] }")), /"office" is no network/);
    assert.match(String(consoleOf("{ listen: 192.0.2.1/24 }")), /prefix length/);
    assert.match(String(consoleOf("{ tls: { key: k.pem } }")), /key is given without certificate/);
  });
});
