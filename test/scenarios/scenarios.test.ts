import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { play } from "./script.ts";

const folder = new URL(".", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

describe("the scenario", () => {
  for (const name of files)
    it(`${name.replace(".txt", "").replaceAll("-", " ")} is as written`, () => {
      const path = new URL(name, folder);
      const written = readFileSync(path, "utf8");
      const played = play(written);
      if (process.env.LVSD_GOLDEN === "write") writeFileSync(path, played);
      else assert.equal(played, written, "make golden rewrites it; read the difference first");
    });

  it("goes with a hazard of docs/failover.md, and each hazard there with a scenario", () => {
    const docs = readFileSync(new URL("../../docs/failover.md", folder), "utf8");
    const named = [...docs.matchAll(/`([a-z0-9-]+\.txt)`/g)].map(([, file]) => file);
    assert.deepEqual([...new Set(named)].sort(), [...files].sort());
  });
});
