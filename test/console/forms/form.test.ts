import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairText } from "../sample-pair.ts";
import { visitorAs } from "../served-console.ts";
import { draftOf, send, served, web } from "./edited.ts";

describe("the forms", () => {
  it("say at each field what is wrong with it, all at once, and keep what was typed", async (t) => {
    const { visitor } = await served(t);
    const answer = await send(visitor, web, {
      "k.port": "80000",
      "k.address": "192.168.26.300/24",
      "k.damping.hold": "{ hold: ",
      "k.reentry": '"><script>alert(1)</script>',
    });
    assert.equal(answer.status, 422);
    for (const name of ["port", "address", "damping-hold", "reentry"]) {
      assert.match(answer.text, new RegExp(`id="k-${name}-wrong"`), name);
      assert.match(
        answer.text,
        new RegExp(
          `name="k.${name.replace("-", ".")}"[^>]*aria-invalid="true" aria-describedby="k-${name}-wrong k-${name}-help"`,
        ),
        name,
      );
    }
    assert.match(answer.text, /value="80000"/);
    assert.doesNotMatch(answer.text, /<script>alert/);
    assert.equal(await draftOf(visitor), pairText);
    const anyway = await send(visitor, web, { "k.port": "80000", anyway: "on" });
    assert.equal(anyway.status, 303);
    assert.match(await draftOf(visitor), /port: 80000/);
    assert.match((await visitor.get("/virtual-server?name=web")).text, /id="k-port-wrong"/);
  });
});

describe("the forms and who may", () => {
  const actions = [
    "/global/save",
    "/redundancy/save",
    "/virtual-server/save",
    "/virtual-servers/edit",
    "/real-server/save",
    "/real-servers/edit",
    "/monitoring/save",
    "/monitoring/list",
    "/monitoring/any",
    "/monitoring/remove",
    "/services/edit",
    "/service/save",
  ];
  const pages = [
    "/global",
    "/redundancy",
    "/virtual-servers",
    "/virtual-server?name=web",
    "/real-servers?vs=web",
    "/real-server?vs=web&name=rs1",
    "/monitoring?vs=web",
  ];

  it("show everything to a read-only user and to an operator of some, and take nothing", async (t) => {
    const console = await served(t);
    for (const user of ["reader", "webonly"]) {
      const visitor = await visitorAs(console, user);
      for (const page of pages) {
        const { status, text } = await visitor.get(page);
        assert.equal(status, 200, page);
        for (const action of actions) assert.doesNotMatch(text, new RegExp(`action="${action}"`));
      }
      const token = await visitor.tokenOf("/control");
      for (const action of actions) {
        const forged = { token, name: "web", vs: "web", "k.port": "1", to: "x" };
        assert.equal((await visitor.post(action, forged)).status, 403, `${user} ${action}`);
      }
    }
    assert.equal(await draftOf(console.visitor), pairText);
  });

  it("take no form without the token of its session", async (t) => {
    const { visitor } = await served(t);
    for (const action of actions)
      assert.equal((await visitor.post(action, { token: "x", name: "web" })).status, 403, action);
  });

  it("say in each language what the fields are called", async (t) => {
    const { visitor } = await served(t);
    for (const [language, label] of [
      ["ja", "アプリケーションポート"],
      ["zh-TW", "應用程式連接埠"],
    ] as const) {
      visitor.language = language;
      assert.match((await visitor.get("/virtual-server?name=web")).text, new RegExp(label));
    }
  });
});
