import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Complaints } from "../../src/keys/complaints.ts";
import {
  derived,
  optional,
  preset,
  readSection,
  required,
  section,
  settle,
  sound,
} from "../../src/keys/section.ts";
import { flag, whole } from "../../src/keys/shape.ts";
import { valueIn } from "./read.ts";

const keys = {
  port: required(whole(1, 9), "A port."),
  weight: preset(whole(0, 9), 3, "A weight."),
  limit: optional(whole(1, 9), "none", "A limit."),
  double: derived(
    whole(0, 99),
    "2 x weight",
    ({ weight }: { weight?: number }) => (weight === undefined ? undefined : 2 * weight),
    "Twice that.",
  ),
};

/** Maps laid over each other, the first on top. */
function settled(...texts: readonly string[]) {
  const complaints = new Complaints();
  const drafts = texts.map((text, at) => {
    const path = at === 0 ? "server" : "defaults";
    return readSection(keys, valueIn(text), path, complaints) ?? assert.fail("no map");
  });
  const [first, ...rest] = drafts;
  assert.ok(first !== undefined);
  const result = settle(keys, [first, ...rest], complaints);
  return { result, said: complaints.inOrder(["/k.yaml"]).map(({ message }) => message) };
}

describe("a section", () => {
  it("has a default for what is left out, which may follow from another key", () => {
    const { result, said } = settled("port: 1\n");
    assert.deepEqual({ ...result.values }, { port: 1, weight: 3, limit: null, double: 6 });
    assert.deepEqual(said, []);
    assert.deepEqual(settled("port: 1\nweight: 4\n").result.values.double, 8);
  });

  it("takes from the map below what the one on top leaves out, and knows whose it is", () => {
    const { result } = settled("weight: 1\n", "port: 2\nweight: 5\n");
    assert.deepEqual([result.values.port, result.values.weight], [2, 1]);
    assert.deepEqual(
      [result.pathOf("port"), result.pathOf("weight"), result.pathOf("limit")],
      ["defaults.port", "server.weight", "server.limit"],
    );
    assert.deepEqual([result.gives("port"), result.gives("limit")], [true, false]);
  });

  it("may take back with an empty value what the map below gives", () => {
    assert.equal(settled("port: 1\nlimit:\n", "limit: 4\n").result.values.limit, null);
  });

  it("names what is missing, unknown or empty", () => {
    assert.deepEqual(settled("weight: 1\n").said, ["server: port is missing"]);
    assert.deepEqual(settled("port: 1\nwieght: 1\n").said, ['server: unknown key "wieght"']);
    assert.deepEqual(settled("port:\n").said, ["server.port: has no value"]);
  });

  it("is silent about what follows from a faulty value", () => {
    const { result, said } = settled("port: 1\nweight: 99\n");
    assert.equal(said.length, 1);
    assert.deepEqual([result.values.weight, result.values.double], [undefined, undefined]);
    assert.equal(sound(result), undefined);
    assert.deepEqual(sound(result, ["port"])?.port, 1);
  });

  it("is a map", () => {
    const complaints = new Complaints();
    assert.equal(readSection(keys, valueIn("[1]"), "", complaints), undefined);
    assert.match(complaints.inOrder([])[0]?.message ?? "", /^a list where a map of keys/);
  });

  it("is described for the schema: no other keys, each with its default and meaning", () => {
    assert.deepEqual(section({ on: preset(flag, true, "Whether.") }).json, {
      type: ["object", "null"],
      additionalProperties: false,
      properties: { on: { description: "Whether.", default: true, ...flag.json } },
    });
  });

  it("cannot be declared with a default that its own shape refuses", () => {
    assert.throws(() => preset(whole(1, 9), 10, "Wrong."), RangeError);
  });
});
