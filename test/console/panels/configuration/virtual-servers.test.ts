import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draftOf, send, served } from "../../forms/edited.ts";
import { pairText } from "../../sample-pair.ts";

describe("the list of virtual servers", () => {
  it("add, rename, copy, deactivate and delete virtual servers", async (t) => {
    const { visitor } = await served(t);
    const add = ["/virtual-server?new=shop", "/virtual-server/save"] as const;
    const wrong = await send(visitor, add, { entry: "a b", "k.port": "81" });
    assert.match(wrong.text, /id="k-entry-wrong"/);
    assert.match((await send(visitor, add, { entry: "mail" })).text, /This name is taken/);
    const added = await send(visitor, add, { "k.address": "192.168.26.13/24", "k.port": "81" });
    assert.equal(added.location, "/virtual-server?name=shop");
    assert.match(
      await draftOf(visitor),
      /\n {2}shop:\n {4}address: 192\.168\.26\.13\/24\n {4}port: 81\n$/,
    );
    await send(visitor, ["/virtual-server?name=shop", "/virtual-server/save"], { entry: "store" });
    assert.match(await draftOf(visitor), /\n {2}store:\n/);
    const list = (action: string, fields: Record<string, string>) =>
      visitor.submit("/virtual-servers", "/virtual-servers/edit", { do: action, ...fields });
    assert.equal((await list("copy", { name: "web", to: "web2" })).status, 303);
    const copied = await draftOf(visitor);
    assert.equal(copied.split("# by the web team").length, 3);
    assert.match(copied, /web2:.*active: false/s);
    assert.equal((await list("copy", { name: "web", to: "web2" })).status, 422);
    await list("toggle", { name: "web2" });
    await list("delete", { name: "store" });
    await list("delete", { name: "web2" });
    assert.equal(await draftOf(visitor), pairText);
    assert.match((await list("delete", {})).text, /Choose an entry/);
  });
});
