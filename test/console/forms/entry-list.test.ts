/** What is done with an entry of a list as a whole, and what the Enter key presses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import { formIn } from "./sent-form.ts";

const text = `${pairText}failover:
  services:
    mail: { start: /bin/start, stop: /bin/stop }
    post: { start: /bin/start, stop: /bin/stop }
`;

const lists = [
  ["/virtual-servers", "/virtual-servers/edit", "web"],
  ["/real-servers?vs=web", "/real-servers/edit", "rs1"],
  ["/services", "/services/edit", "mail"],
] as const;

describe("a list of entries", () => {
  for (const [page, action, name] of lists)
    it(`${action} copies by Enter in the name of the copy, and does nothing unasked`, async (t) => {
      const served = await serveConsole(t, {
        prepare: (daemon) => {
          daemon.loaded = { ...pairConfig, text };
        },
      });
      const visitor = await visitorAs(served, "admin");
      const list = (await visitor.get(page)).text;
      const form = list.slice(list.indexOf(`action="${action}"`));
      const [, first = ""] = /<button[^>]* value="(\w+)"/.exec(form) ?? [];
      assert.equal(first, "copy", "a browser presses the first button of the form");
      const fields = formIn(list, action);
      const draft = async () =>
        formIn((await visitor.get("/review")).text, "/review/text").text ?? "";
      for (const unasked of [{}, { do: "" }, { do: "burn" }, { do: "toString" }, { do: first }]) {
        const { status } = await visitor.post(action, { ...fields, name, ...unasked });
        assert.equal(status, 422, JSON.stringify(unasked));
      }
      assert.equal(await draft(), text);
      await visitor.post(action, { ...fields, name, do: first, to: "other" });
      assert.match(await draft(), /\n +other:/);
      if (/value="toggle"/.test(form)) {
        const there = { ...formIn((await visitor.get(page)).text, action), name: "other" };
        for (let click = 0; click < 2; click += 1)
          assert.equal((await visitor.post(action, { ...there, do: "toggle" })).status, 303);
        assert.match(await draft(), /active: true/, "a second click says the same");
      }
      await visitor.post(action, { ...fields, name: "other", do: "delete" });
      assert.equal(await draft(), text);
      const again = await visitor.post(action, { ...fields, name: "other", do: "delete" });
      assert.equal(again.status, 422, "a second click on Delete finds nothing");
      assert.equal(await draft(), text);
    });
});

describe("a new entry", () => {
  for (const [page, action, fields] of [
    [
      "/virtual-server?new=shop",
      "/virtual-server/save",
      { "k.address": "192.0.2.7/24", "k.port": "81" },
    ],
    ["/real-server?vs=web&new=rs9", "/real-server/save", { "k.address": "10.11.12.9" }],
    ["/service?new=news", "/service/save", { "k.start": "/bin/a", "k.stop": "/bin/b" }],
  ] as const)
    it(`${action} is made once by two clicks, and another one does not take its place`, async (t) => {
      const served = await serveConsole(t, {
        prepare: (daemon) => {
          daemon.loaded = { ...pairConfig, text };
        },
      });
      const visitor = await visitorAs(served, "admin");
      const form = { ...formIn((await visitor.get(page)).text, action), ...fields };
      const draft = async () =>
        formIn((await visitor.get("/review")).text, "/review/text").text ?? "";
      const { status } = await visitor.post(action, form);
      assert.equal(status, 303);
      const made = await draft();
      assert.notEqual(made, text);
      assert.equal((await visitor.post(action, form)).status, 303);
      const [name = ""] = Object.keys(fields);
      const other = await visitor.post(action, { ...form, [name]: "/bin/other" });
      assert.equal(other.status, 422);
      assert.equal(await draft(), made);
    });
});
