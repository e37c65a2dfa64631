import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ConfigStore } from "../../../../../src/daemon/config/config-store.ts";
import { MachineError } from "../../../../../src/model/error.ts";
import { first, pair, rules } from "../../../../daemon/config/cluster/side.ts";

describe("the store of configurations", { timeout: 240_000 }, () => {
  it("is not stored over a file that was edited and is not loaded", async (t) => {
    const [a, b] = await pair(t);
    writeFileSync(a.path, "# edited\n");
    for (const tried of [await a.sync.save(first, rules), await a.sync.sync(false)])
      assert.match(tried.ok ? "" : (tried.problems[0]?.message ?? ""), /was edited/);
    const other = await b.sync.save("# two\nserial: 1\n", rules);
    assert.match(other.ok ? "" : (other.problems[0]?.message ?? ""), /on the primary: .*edited/);
    assert.equal(a.text, "# edited\n");
  });

  it("keeps ten configurations, and no file of another kind", async (t) => {
    const [a] = await pair(t);
    for (let count = 0; count < 12; count += 1)
      assert.ok((await a.sync.save(`# ${count}\nserial: 1\n`, rules)).ok);
    const directory = a.path.replace("primary.yaml", "primary/config-history");
    assert.equal(readdirSync(directory).length, 10);
    assert.equal(a.store.back(10)?.serial, 3);
    assert.equal(a.store.back(11), null);
  });
});

describe("a store whose disk is full", { timeout: 240_000 }, () => {
  const full = async (): Promise<never> => {
    throw new MachineError("c.yaml: cannot be written: ENOSPC: no space left on device");
  };

  it("is stored by none where the own disk is full", async (t) => {
    const [a, b] = await pair(t);
    a.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    a.store.replace = ConfigStore.prototype.replace;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });
});
