import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigStore } from "../../../../../../src/daemon/config/config-store.ts";
import { MachineError } from "../../../../../../src/model/error.ts";
import { first, pair, rules } from "../../../../../daemon/config/cluster/side.ts";

describe("a router that is asked to store", { timeout: 240_000 }, () => {
  it("is refused by both where the included files differ", async (t) => {
    const [a, b] = await pair(t);
    b.included = "other: 1\n";
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /included files differ/);
    assert.deepEqual([a.text, b.text], [first, first]);
    b.included = "";
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
  });

  const full = async (): Promise<never> => {
    throw new MachineError("c.yaml: cannot be written: ENOSPC: no space left on device");
  };

  it("is stored by none where the peer's disk is full", async (t) => {
    const [a, b] = await pair(t);
    b.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /on the backup: .*ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    assert.deepEqual([a.store.past(), b.store.past()], [[], []]);
    b.store.replace = ConfigStore.prototype.replace;
    assert.ok((await b.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });
});
