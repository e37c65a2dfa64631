import assert from "node:assert/strict";
import { test } from "node:test";
import { complain, exit, loadedWith, refusedBy } from "../../src/cli/outcome.ts";
import { problemElsewhere } from "../../src/keys/problem.ts";
import { samplePlan } from "../control/sample.ts";

/** A terminal that remembers. */
function terminal() {
  const said = { out: "", error: "" };
  const add = (key: keyof typeof said) => (text: string) => {
    said[key] += text;
  };
  return { said, terminal: { out: add("out"), error: add("error") } as never };
}

test("problems are lines on stderr, and with --json a document on stdout as well", () => {
  const plain = terminal();
  complain(plain.terminal, [problemElsewhere("no \u001b[1m", "so")]);
  assert.deepEqual(plain.said, { out: "", error: "lvsd: no \\x1b[1m (so)\n" });
  const json = terminal();
  complain(json.terminal, [problemElsewhere("no")], true);
  assert.deepEqual(JSON.parse(json.said.out).problems[0].message, "no");
});

test("a configuration of which a part does not hold is loaded with status 1", () => {
  const whole = terminal();
  const options = { json: false, text: () => "loaded\n" };
  assert.equal(loadedWith({ ...samplePlan, refused: [] }, whole.terminal, options), exit.done);
  assert.deepEqual(whole.said, { out: "loaded\n", error: "" });
  const part = terminal();
  const refused = [{ text: "web", reason: "no such scheduler" }] as never;
  assert.equal(loadedWith({ ...samplePlan, refused }, part.terminal, options), exit.refused);
  assert.match(part.said.error, /^lvsd: loaded, but this does not hold: web: no such scheduler/);
});

test("a refusal of a file is another status than one of what holds", () => {
  const refusal = (fault: "text" | "now") =>
    ({ ok: false, fault, problems: [problemElsewhere("no")] }) as const;
  assert.equal(refusedBy(refusal("text"), terminal().terminal, false), exit.invalid);
  assert.equal(refusedBy(refusal("now"), terminal().terminal, false), exit.refused);
});
