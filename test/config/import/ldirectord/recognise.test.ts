import assert from "node:assert/strict";
import { test } from "node:test";
import { isLdirectord } from "../../../../src/config/import/ldirectord/recognise.ts";

const cases: readonly (readonly [string, boolean, string])[] = [
  ["a virtual with a real", true, "virtual=192.0.2.10:80\n\treal=10.0.0.1:80 gate\n"],
  ["blanks around the signs, and IPv6", true, "virtual6 = [::1]:80\n    real6 = [::2]:80 gate\n"],
  ["a virtual without a real", false, "virtual=192.0.2.10:80\n"],
  ["a real that is not indented", false, "virtual=192.0.2.10:80\nreal=10.0.0.1:80 gate\n"],
  ["globals alone", false, "checktimeout=3\n"],
];
for (const [what, expected, text] of cases)
  test(`${what} is ${expected ? "" : "not "}ldirectord's`, () =>
    assert.equal(isLdirectord(text), expected));
