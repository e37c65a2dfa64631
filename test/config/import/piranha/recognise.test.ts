import assert from "node:assert/strict";
import { test } from "node:test";
import { isPiranha } from "../../../../src/config/import/piranha/recognise.ts";

const cases: readonly (readonly [string, boolean, string])[] = [
  ["a file as the configuration tool writes it", true, "serial_no = 30\nprimary = 192.0.2.1\n"],
  ["one with comments, blanks and CRLF first", true, "# by hand\r\n\r\n  service = lvs\r\n"],
  ["one that begins with a block", true, "virtual web {\n     active = 1\n}\n"],
  ["one with a failover block", true, "failover ftp {\n"],
  ["a keyword without a value", true, "service =\n"],
  ["lvsd's own", false, "# lvsd\nserial: 1\nrouters:\n  primary: { public: 192.0.2.1 }\n"],
  ["YAML whose later text looks alike", false, "notify:\n  command: |\n    service = lvs\n"],
  ["a flow mapping", false, "{ serial: 1 }\n"],
  ["nothing", false, ""],
  ["comments alone", false, "# serial_no = 30\n"],
  ["binary garbage", false, "\u0000\u0001 = \u0002"],
];

for (const [what, expected, text] of cases)
  test(`${what} is ${expected ? "" : "not "}Piranha's`, () => {
    assert.equal(isPiranha(text), expected);
  });
