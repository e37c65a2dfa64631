import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { itemsOf } from "../../../src/console/forms/check-layers.ts";
import { checkOf, type Layers } from "../../config/check-layers.ts";

const two = "[{ type: http, path: /health }, { type: tcp, port: 8443 }]";

/** What lies over, under and in a list. */
const cases: readonly (readonly [name: string, layers: Layers])[] = [
  ["a list alone", { defaults: two }],
  ["a rhythm over a list", { defaults: two, virtualServer: "{ interval: 3s }" }],
  ["a key of one type over a list", { defaults: two, realServer: "{ path: /ready, rise: 2 }" }],
  ["a type over a list", { defaults: two, virtualServer: "{ type: tcp, port: 9000 }" }],
  [
    "two maps over a list",
    { defaults: two, virtualServer: "{ fall: 3 }", realServer: "{ fall: 4 }" },
  ],
  ["a map under a list", { defaults: "{ interval: 9s }", virtualServer: two }],
  [
    "a map of a type under a list",
    { defaults: "{ type: http, host: a.example, fall: 5 }", virtualServer: two },
  ],
  [
    "items that take their type from under them",
    { defaults: "{ type: http }", virtualServer: "[{ path: /a }, { path: /b }]" },
  ],
  ["items of no type", { virtualServer: "[{ port: 81 }, { port: 82 }]" }],
  ["a list over a list", { defaults: "[{ type: ping }, { type: tcp }]", virtualServer: two }],
  [
    "one of the checks suffices, said apart",
    { defaults: "[{ type: tcp }, { any: true }, { type: ping }]", virtualServer: "{ fall: 3 }" },
  ],
  ["one of the checks suffices, said above", { defaults: two, virtualServer: "{ any: true }" }],
];

const layersOf = ({ realServer, virtualServer, defaults }: Layers): readonly unknown[] =>
  [realServer, virtualServer, defaults].map((text) => text && (parse(text) as unknown));

describe("a list of checks that takes the place of the inherited one", () => {
  for (const [name, layers] of cases)
    it(`checks the same: ${name}`, () => {
      const items = itemsOf(layersOf(layers), "tcp");
      assert.ok(items !== null && items.length === 2, JSON.stringify(items));
      const own = checkOf({ ...layers, realServer: JSON.stringify(items) });
      assert.deepEqual(own, checkOf(layers));
    });

  it("is none where nothing that it inherits is a list", () => {
    assert.equal(itemsOf([undefined, { type: "tcp" }, { fall: 3 }], "tcp"), null);
  });
});
