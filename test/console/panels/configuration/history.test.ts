import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemElsewhere } from "../../../../src/keys/problem.ts";
import { sampleReview } from "../../../control/sample.ts";
import { hidden, served } from "../../review/reviewed.ts";

describe("HISTORY", () => {
  it("shows differences, rolls back to the one that was shown, or takes it as a draft", async (t) => {
    const { visitor, daemon } = await served(t);
    const { text } = await visitor.get("/history?from=1&to=0");
    assert.match(text, /From serial 6 to serial 7/);
    assert.match(text, /class="gone">-serial: 6/);
    const hash = hidden(text, "hash");
    const drafted = await visitor.submit("/history", "/history/draft", { hash });
    assert.equal(drafted.location, "/review");
    assert.match((await visitor.get("/review")).text, /cannot be applied yet/);
    await visitor.submit("/review", "/review/discard");
    const back = await visitor.submit("/history", "/history/rollback", { hash });
    assert.equal(back.location, "/history");
    assert.deepEqual(daemon.texts, ["back 1"]);
    const gone = await visitor.submit("/history", "/history/rollback", { hash: "f".repeat(64) });
    assert.equal(gone.status, 422);
    assert.deepEqual(daemon.texts, ["back 1"]);
    assert.match((await visitor.get("/history?from=7&to=0")).text, /no longer holds/);
  });

  it("wants words typed for a way back that the daemon objects to", async (t) => {
    const { visitor, daemon } = await served(t);
    const hash = hidden((await visitor.get("/history")).text, "hash");
    const objections = [problemElsewhere("this would remove 3 of 4 real servers")];
    daemon.reviewed = async () => ({ ...sampleReview, objections });
    const asked = await visitor.submit("/history", "/history/rollback", { hash });
    assert.equal(asked.status, 422);
    assert.match(asked.text, /remove 3 of 4 real servers/);
    const confirmed = "apply all the same";
    await visitor.submit("/history", "/history/rollback", { hash, confirmed });
    assert.deepEqual([daemon.texts, daemon.forced], [["back 1"], [true]]);
  });
});
