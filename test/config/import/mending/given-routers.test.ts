/** Addresses that the operator gave for the routers, and that cannot be. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type GivenRouter, importDefaults } from "../../../../src/config/import/imported.ts";

const table = "-A -t 192.0.2.10:80 -s rr\n";
const at = (one: string, other: string | null = null): GivenRouter => ({
  public: one,
  private: other,
});

function refused(primary: GivenRouter | null, backup: GivenRouter | null): readonly string[] {
  const options = { ...importDefaults, primary, backup };
  const read = importFiles([{ name: "table", text: table }], null, options);
  return "problems" in read ? read.problems.map(({ message, hint }) => `${message} (${hint})`) : [];
}

describe("given addresses of the routers", () => {
  const cases: readonly (readonly [
    primary: GivenRouter | null,
    backup: GivenRouter | null,
    message: RegExp,
  ])[] = [
    [at("192.0.2.1"), at("192.0.2.1"), /^--backup 192\.0\.2\.1: it is --primary's as well/],
    [at("192.0.2.1", "192.0.2.1"), null, /^--primary 192\.0\.2\.1: it is --primary's as well/],
    [at("192.0.2.10"), null, /^--primary 192\.0\.2\.10: it is a VIP of the files/],
    [at("fe80::1"), null, /^--primary fe80::1: it is link-local/],
    [at("192.0.2.1", "10.0.0.1"), at("192.0.2.2"), /^--primary has a second address/],
    [at("192.0.2.1"), at("2001:db8::2"), /are of different families/],
  ];
  for (const [primary, backup, message] of cases)
    test(String(message), () => assert.match(refused(primary, backup).join("\n"), message));

  test("sound ones are taken", () => {
    assert.deepEqual(refused(at("192.0.2.1", "10.0.0.1"), at("192.0.2.2", "10.0.0.2")), []);
    assert.deepEqual(refused(at("2001:db8::1"), null), []);
  });
});
