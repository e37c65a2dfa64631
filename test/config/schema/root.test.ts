import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rootKeys } from "../../../src/config/schema/root.ts";
import { section } from "../../../src/keys/section.ts";
import type { Shape } from "../../../src/keys/shape.ts";

describe("the keys of the configuration", () => {
  it("say so where their value is a program or a file", () => {
    const silent = new Set<string>();
    const walk = (shape: Shape<unknown>, above: string): void => {
      if (shape.inside?.kind === "each") walk(shape.inside.shape, above);
      if (shape.inside?.kind !== "section") return;
      for (const [name, key] of Object.entries(shape.inside.keys)) {
        const words =
          `${key.shape.words} ${key.shape.inside?.kind === "each" ? key.shape.inside.shape.words : ""}`
            // A word of a closed list, such as the type `file`, says nothing of what the value is.
            .replaceAll(/`[^`]*`/g, "");
        if (/\b(?:path|paths|program|file)\b/.test(words) && key.names === undefined)
          silent.add(name);
        walk(key.shape, `${above}.${name}`);
      }
    };
    walk(section(rootKeys), "");
    // The path of an HTTP request names nothing on this machine.
    assert.deepEqual([...silent], ["path"]);
  });
});
