import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairText } from "../sample-pair.ts";
import { draftOf, send, served } from "./edited.ts";

describe("the forms and what stands in an address", () => {
  it("show a name of the address as text, and make no entry of it that is no name", async (t) => {
    const { visitor } = await served(t);
    const evil = `"><script>alert(1)</script>`;
    for (const parameter of ["new", "name", "vs", "defaults"])
      for (const panel of [
        "virtual-server",
        "real-servers",
        "real-server",
        "monitoring",
        "review",
      ]) {
        const query = new URLSearchParams({ vs: "web", [parameter]: evil });
        const { text } = await visitor.get(`/${panel}?${query}`);
        assert.doesNotMatch(text, /<script>alert/, `${panel} ${parameter}`);
      }
    const page = `/virtual-server?${new URLSearchParams({ new: evil })}`;
    const refused = await send(visitor, [page, "/virtual-server/save"], { "k.port": "80" });
    assert.equal(refused.status, 422);
    assert.doesNotMatch(refused.text, /<script>alert/);
    assert.equal(await draftOf(visitor), pairText);
  });
});
