import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draftOf, saved, send, served } from "../../forms/checked.ts";
import { pairText } from "../../sample-pair.ts";

describe("failover services", () => {
  it("are added, changed, checked, copied and deleted", async (t) => {
    const visitor = await served(t);
    assert.match((await visitor.get("/services")).text, /There is no failover service/);
    const half = await send(visitor, ["/service?new=mail", "/service/save"], {
      "k.start": "/etc/lvsd/commands/mail",
      "k.timeout": "soon",
    });
    assert.equal(half.status, 422);
    for (const name of ["stop", "timeout"])
      assert.match(half.text, new RegExp(`id="k-${name}-wrong"`));
    const added = await send(visitor, ["/service?new=mail", "/service/save"], {
      "k.start": "[/etc/lvsd/commands/mail, start]",
      "k.stop": "[/etc/lvsd/commands/mail, stop]",
    });
    assert.equal(added.location, "/service?name=mail");
    const check = (await visitor.get("/monitoring?service=mail")).text;
    assert.doesNotMatch(check, /at=new|action="\/monitoring\/try"/, "it has one check");
    const wrong = await send(visitor, saved("service=mail&type=smtp"), {});
    assert.match(wrong.text, /id="k-port-wrong"/);
    await send(visitor, saved("service=mail&type=smtp"), { "k.port": "25" });
    const wanted = `failover:
  services:
    mail:
      start:
        - /etc/lvsd/commands/mail
        - start
      stop:
        - /etc/lvsd/commands/mail
        - stop
      check:
        type: smtp
        port: 25
`;
    assert.equal(await draftOf(visitor), `${pairText}${wanted}`);
    const list = (fields: Record<string, string>) =>
      send(visitor, ["/services", "/services/edit"], fields);
    assert.match((await visitor.get("/services")).text, />smtp<\/a>/);
    assert.equal((await list({ name: "mail", to: "mail", do: "copy" })).status, 422);
    await list({ name: "mail", to: "post", do: "copy" });
    assert.match(await draftOf(visitor), /\n {4}post:\n {6}start:/);
    await send(visitor, ["/service?name=post", "/service/save"], { entry: "letters" });
    await list({ name: "letters", do: "delete" });
    await list({ name: "mail", do: "delete" });
    assert.doesNotMatch(await draftOf(visitor), /services/);
  });
});
