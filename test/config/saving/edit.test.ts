import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { withSerial } from "../../../src/config/saving/edit.ts";

describe("raising the serial", () => {
  const cases: [string, string, string][] = [
    ["in its place, comments kept", "# a\nserial: 1 # b\nx: 2\n", "# a\nserial: 42 # b\nx: 2\n"],
    ["whatever the quotes of its key", '"serial": 0x10\nx: 1\n', '"serial": 42\nx: 1\n'],
    ["behind a key without a value", "serial:\nx: 1\n", "serial: 42\nx: 1\n"],
    ["as a first key where there is none", "# a\nx: 1\n", "# a\nserial: 42\nx: 1\n"],
    ["with the text's indentation", "  x: 1\n  y: 2\n", "  serial: 42\n  x: 1\n  y: 2\n"],
    ["with the text's line ends", "x: 1\r\ny: 2\r\n", "serial: 42\r\nx: 1\r\ny: 2\r\n"],
    ["in JSON", '{\n  "x": 1\n}', '{\n  "serial": 42, "x": 1\n}'],
    ["of the map itself, not of a map in it", "x: {serial: 1}\n", "serial: 42\nx: {serial: 1}\n"],
  ];
  for (const [name, before, after] of cases)
    it(name, () => assert.equal(withSerial(before, 42), after));

  it("is refused where there is no map to raise it in", () => {
    assert.equal(withSerial("x: 1\n", 2), "serial: 2\nx: 1\n");
    for (const text of ["", "- x\n", "x: [\n", "{}", "--- !!map\n? [a]\n: b\n"])
      assert.equal(withSerial(text, 2), null, JSON.stringify(text));
  });

  it("changes nothing but the number", () => {
    const line = fc.stringMatching(/^[a-w]{1,8}: [a-z0-9 ]{0,9}x( # [a-z ]*)?$/);
    const unique = { selector: (text: string) => text.split(":")[0] };
    fc.assert(
      fc.property(fc.uniqueArray(line, unique), fc.nat(), fc.nat(), (lines, at, serial) => {
        const others = lines.filter((each) => !each.startsWith("serial:"));
        const where = at % (others.length + 1);
        const text = (number: number) => others.toSpliced(where, 0, `serial: ${number}`).join("\n");
        assert.equal(withSerial(text(1), serial), text(serial));
      }),
    );
  });
});
