import assert from "node:assert/strict";
import { test } from "node:test";
import { camel, namedValues } from "../../src/keys/named-values.ts";
import { preset } from "../../src/keys/section.ts";
import { whole } from "../../src/keys/shape.ts";

test("a key has the name that code uses", () => {
  assert.deepEqual(["port", "dead_after", "a_b_c"].map(camel), ["port", "deadAfter", "aBC"]);
  const keys = { dead_after: preset(whole(0, 9), 1, "Silence.") };
  assert.deepEqual(namedValues(keys, { dead_after: 4 }), { deadAfter: 4 });
});
