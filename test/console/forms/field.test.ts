import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keysOf } from "../../../src/config/schema/check.ts";
import { rootKeys } from "../../../src/config/schema/root.ts";
import { virtualServerKeys } from "../../../src/config/schema/virtual-server.ts";
import { type DescribedKeys, partsOf } from "../../../src/console/forms/field.ts";
import { helpText } from "../../../src/console/forms/form.ts";
import { field } from "./fields.ts";

describe("the help of a field", () => {
  it("has code in it, and names pages of the documentation that the console does not have", () => {
    const help = "With `nat` alone ([names.md](names.md)) <b>";
    const wanted = "With <code>nat</code> alone (<code>docs/names.md</code>) &lt;b&gt;";
    assert.equal(helpText(help).toString(), wanted);
  });
});

describe("the field of a key", () => {
  it("are of the kind that the schema says", () => {
    const kinds: readonly (readonly [DescribedKeys, string, string])[] = [
      [virtualServerKeys, "scheduler", "choice"],
      [virtualServerKeys, "quiesce", "flag"],
      [virtualServerKeys, "port", "line"],
      [virtualServerKeys, "address", "list"],
      [virtualServerKeys, "ports", "list"],
      [rootKeys, "nat_router.masquerade", "line"],
      [rootKeys, "notify.command", "list"],
      [rootKeys, "failover.gateway", "list"],
      [rootKeys, "heartbeat.dead_after", "line"],
      [keysOf("command"), "args", "list"],
    ];
    for (const [keys, name, kind] of kinds) assert.equal(field(keys, name).input.kind, kind, name);
    assert.deepEqual(partsOf(rootKeys, ["notify.post"]), []);
    const many: readonly (readonly [DescribedKeys, string, string])[] = [
      [rootKeys, "vips", "rows"],
      [keysOf("send_expect"), "dialogue", "rows"],
      [keysOf("http"), "headers", "pairs"],
      [keysOf("command"), "environment", "pairs"],
    ];
    for (const [keys, name, kind] of many) assert.equal(partsOf(keys, [name])[0]?.kind, kind, name);
  });
});
