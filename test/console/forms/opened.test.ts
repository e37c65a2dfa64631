import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairText } from "../sample-pair.ts";
import { draftOf, served } from "./edited.ts";

describe("a form of what an included file holds", () => {
  it("show what an included file holds, and say where it is changed", async (t) => {
    const { visitor } = await served(t);
    const list = (await visitor.get("/virtual-servers")).text;
    assert.match(list, /teams\/mail\.yaml/);
    assert.match(list, /192\.168\.26\.12<\/td><td class="address">255\.255\.255\.0/);
    for (const page of [
      "/virtual-server?name=mail",
      "/real-servers?vs=mail",
      "/monitoring?vs=mail",
    ]) {
      const { text } = await visitor.get(page);
      assert.match(text, /This stands in \/etc\/lvsd\/teams\/mail\.yaml/, page);
      assert.doesNotMatch(
        text,
        /method="post" action="\/(?:virtual-server|real-servers|monitoring)\/(?:save|edit|list|any)"/,
      );
    }
    const token = await visitor.tokenOf("/control");
    const forced = { token, name: "mail", "k.port": "26", entry: "mail" };
    assert.equal((await visitor.post("/virtual-server/save", forced)).status, 422);
    assert.equal(await draftOf(visitor), pairText);
  });
});
