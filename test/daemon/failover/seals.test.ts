import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address } from "../../table/tables.ts";
import { both, type File, faults, first, other, pair, second } from "./two-routers.ts";

describe("a change that reaches both routers one after the other", () => {
  const changes: readonly [string, File, readonly Uint8Array[]][] = [
    ["of both addresses", { primary: other, backup: address("192.0.2.4") }, [first]],
    ["of the port", { port: 4000 }, [first]],
    ["of the key", {}, [second]],
    ["to no authentication", {}, []],
  ];
  for (const [name, file, keys] of changes)
    it(`${name} leaves them in touch, and nothing of the former way behind`, async () => {
      const two = await pair();
      await two.two.load(file, "backup", keys);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      await two.one.load(file, "primary", keys);
      assert.deepEqual(two.hear(), both);
      two.speak(30);
      assert.deepEqual(two.hear(), both);
      assert.deepEqual([faults(two.one), faults(two.two)], ["", ""]);
      assert.equal(two.wires.open.size, 4);
    });

  it("within a second is no conflict", async () => {
    const two = await pair();
    await two.two.load({ port: 4000 }, "backup");
    two.speak(0.5);
    await two.one.load({ port: 4000 }, "primary");
    two.speak(5);
    assert.ok(![...two.one.events, ...two.two.events].includes("peer role-conflict"));
  });
});
