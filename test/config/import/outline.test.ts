import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { MapNode, Missing, printOutline } from "../../../src/config/import/outline.ts";

const origin = (line: number) => ({ file: "/etc/old.conf", line });

describe("an outline", () => {
  it("is printed with the place of each entry behind it, and knows it line by line", () => {
    const root = new MapNode();
    root.set("serial", 3, origin(1));
    const server = root.map("virtual_servers", origin(4)).map("web", origin(5));
    server.set("port", 80, origin(6), "the manual's");
    server.set("real_servers", new MapNode("flow").set("address", "10.0.0.1"));
    const { text, origins } = printOutline(root, ["of an old file", ""]);
    assert.equal(
      text,
      `# of an old file
#
serial: 3 # old.conf:1

virtual_servers: # old.conf:4
  web: # old.conf:5
    port: 80 # the manual's; old.conf:6
    real_servers: { address: 10.0.0.1 }
`,
    );
    const lines = origins.map((place) => place?.line ?? null);
    assert.deepEqual(lines, [null, null, 1, null, 4, 5, 6, null]);
  });

  it("has a place to fill in where only the operator knows the value", () => {
    const root = new MapNode().set("public", new Missing("router", "the own address"));
    assert.equal(printOutline(root, []).text, "public:  # FILL IN: the own address\n");
  });

  it("means in YAML what was set, whatever the texts", () => {
    const values = {
      a: "yes",
      b: "~",
      c: "it's",
      d: "x: y",
      e: "",
      f: "a\nb\u2028",
      g: " # no",
      h: "[1",
      i: ["a", 1, true],
      j: 1.5,
      k: false,
    };
    const root = new MapNode();
    for (const [key, value] of Object.entries(values)) root.set(key, value);
    root.set("maps", [new MapNode("flow").set("x", 1), new MapNode("flow").set("x", 2)]);
    root.set("none", new MapNode());
    assert.deepEqual(parse(printOutline(root, []).text), {
      ...values,
      maps: [{ x: 1 }, { x: 2 }],
      none: {},
    });
  });

  it("keeps a comment on its line, whatever stands in it", () => {
    const root = new MapNode().set("a", 1, null, "x\nb: 2\u2028");
    assert.equal(printOutline(root, []).text, "a: 1 # x b: 2\n");
  });

  it("keeps the order of its entries, unless another one is asked for", () => {
    const map = new MapNode().set("c", 1).set("a", 2).set("b", 3).set("left", undefined);
    const keys = (of: MapNode) => of.entries().map(({ key }) => key);
    assert.deepEqual(keys(map), ["c", "a", "b"]);
    assert.deepEqual(keys(map.inOrder(["b", "a"])), ["b", "a", "c"]);
    map.remove("a");
    assert.deepEqual([map.has("a"), map.get("b"), map.size], [false, 3, 2]);
  });

  it("has one map below a key, however often it is asked for", () => {
    const root = new MapNode();
    assert.equal(root.map("a"), root.map("a"));
  });
});
