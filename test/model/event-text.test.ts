import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventBody } from "../../src/model/event.ts";
import { sentenceOf, severityOf, subjectOf } from "../../src/model/event-text.ts";
import { events } from "../../src/model/events/events.ts";

/** An event with a value in every field. Fields without a type here are texts. */
function sampleOf(event: string, kind: string, fields: readonly string[]): EventBody {
  const sampleValue = (field: string): unknown => {
    if (/_ms$|^(changes|serial|destinations)$/.test(field)) return 12.34;
    if (field === "services") return kind === "adopted" ? 3 : ["a", "b"];
    if (field === "addresses" || field === "problems") return ["a", "b"];
    if (field === "peer") return "stored";
    return field === "source" ? "own" : `the ${field}`;
  };
  const values = Object.fromEntries(fields.map((field) => [field, sampleValue(field)]));
  return { event, kind, ...values } as unknown as EventBody;
}

test("every event has one sentence, which shows the text that it carries", () => {
  for (const [event, { kinds }] of Object.entries(events))
    for (const [kind, { fields, severity }] of Object.entries(kinds)) {
      const body = sampleOf(event, kind, Object.keys(fields));
      assert.match(sentenceOf(body), /^[^\n]+$/, `${event}/${kind}`);
      assert.equal(severityOf(body), severity);
      for (const shown of ["text", "cause"].filter((field) => field in fields))
        assert.ok(sentenceOf(body).includes(`the ${shown}`), `${event}/${kind}: ${shown}`);
      assert.doesNotMatch(sentenceOf(body), /undefined|NaN|\[object/, `${event}/${kind}`);
    }
});

test("what happens and what is over again are about the same subject", () => {
  const pair = (event: string, one: string, other: string, fields: readonly string[]) =>
    assert.equal(
      subjectOf(sampleOf(event, one, fields)),
      subjectOf(sampleOf(event, other, fields)),
      event,
    );
  pair("fault", "raised", "cleared", ["subject", "text"]);
  pair("peer", "alive", "dead", ["text"]);
  pair("peer", "config-match", "config-mismatch", ["text"]);
  pair("virtual_server", "up", "down", ["virtual_server", "cause"]);
  assert.equal(subjectOf({ event: "state", kind: "failback", text: "a test" }), null);
});

test("sentences name the thing, what happened and why", () => {
  assert.equal(
    sentenceOf({ event: "ipvs", kind: "changed", changes: 1, cause: "reload", text: "web added" }),
    "1 change (reload): web added",
  );
  assert.equal(
    sentenceOf({
      event: "state",
      kind: "timeline",
      cause: "peer dead",
      last_heard_ms: null,
      decided_ms: 20,
      claimed_ms: 1.25,
      announced_ms: 3,
    }),
    "takeover (peer dead): peer never heard, decided 20.0 ms, first VIP announced 3.0 ms, " +
      "addresses read back 1.3 ms before its last step",
  );
});
