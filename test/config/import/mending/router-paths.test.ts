import assert from "node:assert/strict";
import { test } from "node:test";
import { mendPaths } from "../../../../src/config/import/mending/router-paths.ts";
import { MapNode, Missing, printOutline } from "../../../../src/config/import/outline.ts";

/** The routers as they are printed after mending. */
function mended(primary: MapNode | null, backup: MapNode | null): string {
  const root = new MapNode();
  const routers = root.map("routers");
  if (primary !== null) routers.set("primary", primary);
  if (backup !== null) routers.set("backup", backup);
  mendPaths(root);
  return printOutline(root, []).text;
}
const known = () => new MapNode().set("public", "192.0.2.1").set("private", "10.0.0.1");
const unknown = () => new MapNode().set("public", new Missing("router", "the own address"));

test("the other end of a private path is to be filled in, whichever router is unknown", () => {
  assert.match(
    mended(known(), unknown()),
    /private: {2}# FILL IN: the backup router's own address/,
  );
  assert.match(mended(unknown(), known()), /private: {2}# FILL IN: the primary router's own/);
});

test("nothing is added where there is no such path, or both ends are known, or one router alone", () => {
  const noPath = () => new MapNode().set("public", "192.0.2.1");
  for (const text of [
    mended(noPath(), unknown()),
    mended(known(), known()),
    mended(unknown(), null),
  ])
    assert.doesNotMatch(text, /FILL IN: the \w+ router's own address there/);
});
