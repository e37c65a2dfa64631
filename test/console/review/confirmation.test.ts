import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemElsewhere } from "../../../src/keys/problem.ts";
import { sampleReview } from "../../control/sample.ts";
import { pairConfig, pairText } from "../sample-pair.ts";
import { apply, changed, served, write } from "./reviewed.ts";

describe("a confirmation", () => {
  it("wants words typed for what the daemon objects to, and for the end of all balancing", async (t) => {
    const { visitor, daemon } = await served(t);
    await write(visitor, changed);
    daemon.reviewed = async () => ({
      ...sampleReview,
      objections: [problemElsewhere("this would remove 3 of 4 real servers")],
    });
    assert.match((await visitor.get("/review")).text, /remove 3 of 4 real servers/);
    for (const confirmed of ["", "yes"]) {
      const refused = await apply(visitor, { confirmed });
      assert.equal(refused.status, 422);
      assert.match(refused.text, /aria-describedby="confirmed-why confirmed-wrong"/);
    }
    assert.deepEqual(daemon.texts, []);
    assert.equal((await apply(visitor, { confirmed: "Apply all the same " })).status, 303);
    assert.deepEqual(daemon.forced, [true]);
    daemon.reviewed = async () => sampleReview;
    daemon.loaded = { ...pairConfig, includes: [] };
    await write(visitor, pairText.replace(/virtual_servers:.*/s, "virtual_servers: {}\n"));
    assert.match((await visitor.get("/review")).text, /nothing is balanced any more/);
    assert.equal((await apply(visitor)).status, 422);
    assert.equal((await apply(visitor, { confirmed: "apply all the same" })).status, 303);
  });
});
