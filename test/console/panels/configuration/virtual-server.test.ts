import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draftOf, send, served, web } from "../../forms/edited.ts";
import { pairText } from "../../sample-pair.ts";

describe("the form of a virtual server", () => {
  it("change a virtual server, keep every comment, and change nothing that was left alone", async (t) => {
    const { visitor, daemon } = await served(t);
    const same = await send(visitor, web, {});
    assert.equal(same.status, 303);
    assert.equal(await draftOf(visitor), pairText);
    const changed = await send(visitor, web, {
      "k.scheduler": "wlc",
      "k.port": "8080",
      "k.persistence.timeout": "600s",
    });
    assert.equal(changed.location, "/virtual-server?name=web");
    assert.match((await visitor.get("/virtual-server?name=web")).text, /Taken into the draft/);
    const wanted = pairText
      .replace("port: 80\n", "port: 8080\n")
      .replace("timeout: 300s", "timeout: 600s")
      .replace(
        "rs2: { address: 10.11.12.2 }\n",
        "rs2: { address: 10.11.12.2 }\n    scheduler: wlc\n",
      );
    assert.equal(await draftOf(visitor), wanted);
    assert.deepEqual(daemon.texts, [], "nothing is stored before Apply");
    const off = await send(visitor, web, { "use.persistence": null });
    assert.equal(off.status, 303);
    assert.doesNotMatch(await draftOf(visitor), /persistence/);
  });

  it("change the type of a check, and take with it what that type has not", async (t) => {
    const { visitor } = await served(t);
    const shown = (await visitor.get("/monitoring?vs=web")).text;
    assert.match(shown, /name="k.path" value="\/health"/);
    assert.match(shown, /Left out, it is 2s/);
    const smtp = ["/monitoring?vs=web&type=smtp", "/monitoring/save"] as const;
    assert.equal(
      (await send(visitor, smtp, { "k.helo": "lb.example.com", "k.rise": "3" })).status,
      303,
    );
    assert.match(
      await draftOf(visitor),
      /check: \{ type: smtp, helo: lb\.example\.com, rise: 3 \} {3}# by the web team/,
    );
    const wrong = await send(visitor, ["/monitoring?vs=ns", "/monitoring/save"], {
      "k.name": "a b",
    });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /id="k-name-wrong"/);
  });
});
