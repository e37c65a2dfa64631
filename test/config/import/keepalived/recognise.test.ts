import assert from "node:assert/strict";
import { test } from "node:test";
import { isKeepalived } from "../../../../src/config/import/keepalived/recognise.ts";

const cases: readonly (readonly [string, boolean, string])[] = [
  ["an instance below comments", true, "! mine\nvrrp_instance VI_1 {\n}\n"],
  ["a block whose brace is on the next line", true, "virtual_server 192.0.2.10 80\n{\n}\n"],
  ["an indented block", true, "\t global_defs {\n}\n"],
  ["lvsd's own", false, "virtual_servers:\n  web: { address: 192.0.2.10 }\n"],
  ["a setting of that name", false, "virtual_server = 192.0.2.10\n"],
  ["a word within a line", false, "see vrrp_instance {\n"],
  ["nothing", false, ""],
];
for (const [what, expected, text] of cases)
  test(`${what} is ${expected ? "" : "not "}keepalived's`, () =>
    assert.equal(isKeepalived(text), expected));
