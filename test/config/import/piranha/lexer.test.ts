import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readStatements } from "../../../../src/config/import/piranha/statements.ts";
import { first, value } from "./read.ts";

describe("how a quoted value ends", () => {
  const quoted: readonly (readonly [written: string, read: string | null])[] = [
    ['"abc"', "abc"],
    ['"abc" ', null],
    ['"a b"  ', "a b"],
    ['"abc"x', null],
    ['"abc', null],
    ['"a"b c"', 'a"b c'],
    ['""', ""],
    ["'a b'", "a b"],
    ["a\\b", "a\\b"],
  ];
  for (const [written, read] of quoted)
    test(JSON.stringify(written), () => {
      const text = `debug_level = ${written}`;
      if (read === null) assert.match(first(text) ?? "", /quotation mismatch/);
      else assert.equal(value(text), read);
    });

  test("a backslash protects no quote", () => {
    assert.match(first('debug_level = "say \\"hi\\" x"') ?? "", /unexpected arguments/);
  });

  test("single quotes stay in the five values that nanny and the runner strip themselves", () => {
    const text = "virtual v {\nsend = 'a b'\nload_monitor = 'none'\n}";
    const [block] = readStatements(text, false).root.blocks;
    assert.equal(block?.values.get("send")?.text, "'a b'");
    assert.equal(block?.values.get("load_monitor")?.text, "none");
  });
});

describe("line ends", () => {
  test("with CRLF throughout only the first line counts", () => {
    const { root, wrong } = readStatements("primary = 192.0.2.1\r\nkeepalive = 9\r\n", false);
    assert.deepEqual([...root.values.keys()], ["primary"]);
    assert.deepEqual(wrong, []);
  });

  test("lenient reads what the operator sees", () => {
    const { root } = readStatements("primary = 192.0.2.1\r\nkeepalive = 9\r\n", true);
    assert.deepEqual([...root.values.keys()], ["primary", "keepalive"]);
  });
});
