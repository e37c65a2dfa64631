import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keysOf } from "../../../src/config/schema/check.ts";
import { rootKeys } from "../../../src/config/schema/root.ts";
import { virtualServerKeys } from "../../../src/config/schema/virtual-server.ts";
import type { Field } from "../../../src/console/forms/field.ts";
import { writtenFor } from "../../../src/console/forms/value.ts";
import { netmaskOf } from "../../../src/console/panels/configuration/virtual-servers.ts";
import { field } from "./fields.ts";

describe("the netmask of a VIP", () => {
  it("is written as the old tool wrote it", () => {
    const cases = [
      ["192.168.26.10/24", "255.255.255.0"],
      ["10.0.0.1", ""],
      ["2001:db8::53/64", "/64"],
      ["[192.0.2.1/24, 192.0.2.2/24]", ""],
    ] as const;
    for (const [address, mask] of cases) assert.equal(netmaskOf(address), mask, address);
  });
});

describe("the value of a field", () => {
  it("write what they were given as the file would have it", () => {
    const cases: readonly (readonly [Field, string, unknown])[] = [
      [field(virtualServerKeys, "port"), " 80 ", 80],
      [field(virtualServerKeys, "quiesce"), "true", true],
      [field(virtualServerKeys, "address"), "192.0.2.1/24", "192.0.2.1/24"],
      [
        field(virtualServerKeys, "address"),
        "[192.0.2.1/24, 2001:db8::1/64]",
        ["192.0.2.1/24", "2001:db8::1/64"],
      ],
      [field(virtualServerKeys, "ports"), "80, 443\r\n53/udp", [80, 443, "53/udp"]],
      [field(virtualServerKeys, "ports"), "80", 80],
      [field(keysOf("http"), "path"), "[1]", "[1]"],
      [field(keysOf("command"), "args"), "-H\r\n%h, really", ["-H", "%h, really"]],
      [
        field(virtualServerKeys, "address"),
        "192.0.2.1/24, 192.0.2.2/24",
        ["192.0.2.1/24", "192.0.2.2/24"],
      ],
      [field(rootKeys, "notify.command"), "/bin/a\r\n-x, y", ["/bin/a", "-x, y"]],
      [field(rootKeys, "notify.command"), "/bin/a", "/bin/a"],
    ];
    for (const [one, given, value] of cases)
      assert.deepEqual(writtenFor(one, given), { kind: "value", value }, `${one.name} ${given}`);
    assert.deepEqual(writtenFor(field(virtualServerKeys, "port"), "  "), { kind: "nothing" });
    assert.deepEqual(writtenFor(field(virtualServerKeys, "ports"), "[80, "), {
      kind: "unreadable",
    });
  });
});
