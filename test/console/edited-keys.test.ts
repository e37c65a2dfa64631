/** Every key of the configuration can be changed in a form. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rootKeys } from "../../src/config/schema/root.ts";
import { leavesIn } from "../../src/console/forms/field.ts";
import { panels } from "../../src/console/panels.ts";
import type { DescribedKey, Inside } from "../../src/keys/shape.ts";

/** What no form changes, and why. */
const unedited: Readonly<Record<string, string>> = {
  serial: "each saving raises it",
  "defaults.real_servers": "real servers are machines of one virtual server",
};

/** Where a value is written, from the top of the file: `virtual_servers.NAME.port`. */
function* written(inside: Inside | undefined, path: string): Generator<string> {
  if (inside === undefined) yield path;
  else if (inside.kind === "each") yield* written(inside.shape.inside, `${path}${inside.suffix}`);
  else yield* writtenKeys(inside.keys, path);
}

function* writtenKeys(
  keys: Readonly<Record<string, DescribedKey>>,
  above: string,
): Generator<string> {
  for (const [name, { shape }] of Object.entries(keys))
    yield* written(shape.inside, above === "" ? name : `${above}.${name}`);
}

const isAtOrBelow = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

const edited = panels.flatMap(({ edits = [] }) =>
  edits.flatMap(({ under, parts }) =>
    leavesIn(parts).map(({ name }) => (under === "" ? name : `${under}.${name}`)),
  ),
);

describe("the keys of the configuration", () => {
  it("can each be changed in a form of the console", () => {
    const all = [...writtenKeys(rootKeys, "")];
    assert.ok(all.length > 300, `${all.length} keys`);
    const missing = all.filter(
      (path) => ![...edited, ...Object.keys(unedited)].some((above) => isAtOrBelow(path, above)),
    );
    assert.deepEqual(missing, []);
    const idle = Object.keys(unedited).filter(
      (path) => edited.includes(path) || !all.some((one) => isAtOrBelow(one, path)),
    );
    assert.deepEqual(idle, [], "an exception that is none");
  });
});

describe("a panel of settings", () => {
  const fieldsOf = (panel: string): readonly string[] =>
    panels
      .filter(({ path }) => path === panel)
      .flatMap(({ edits = [] }) => edits.flatMap(({ parts }) => leavesIn(parts)))
      .map(({ name }) => name);

  it("shows each of its keys once, also those that no section lists by name", () => {
    for (const path of ["/redundancy", "/global"]) {
      const names = fieldsOf(path);
      assert.ok(names.length > 20, path);
      assert.deepEqual([...new Set(names)], names, path);
    }
    const names = fieldsOf("/redundancy");
    assert.ok(names.includes("heartbeat.protocol"), "of which the panel lists the map alone");
    assert.ok(!names.includes("failover.services"), "which another panel has");
  });
});
