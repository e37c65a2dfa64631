/** Forms about a list of checks that is not as their page showed it, and what a change must keep. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";
import { formIn } from "./sent-form.ts";

const lone = "check: { type: http, path: /health }   # by the web team\n";
const withCheck = (check: string): string => pairText.replace(lone, check);
const listed = (...items: readonly string[]): string =>
  withCheck(`check:\n${items.map((item) => `      - ${item}\n`).join("")}`);

const http = "{ type: http, path: /health }";
const tcp = "{ type: tcp, port: 8443 }";
const ping = "{ type: ping }";
const page = "/monitoring?vs=web";

async function served(t: TestContext, text: string): Promise<Visitor> {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = { ...pairConfig, text };
    },
  });
  return visitorAs(console, "admin");
}

const formAt = async (visitor: Visitor, at: string, action: string) =>
  formIn((await visitor.get(at)).text, `/monitoring/${action}`);

const draftOf = async (visitor: Visitor): Promise<string> =>
  formIn((await visitor.get("/review")).text, "/review/text").text ?? "";

const changed = /class="notice failed" role="alert">This changed meanwhile/;

describe("a stale page about a list of checks", () => {
  it("deletes one check, however often its button is pressed", async (t) => {
    const visitor = await served(t, listed(tcp, tcp, ping));
    const form = { ...(await formAt(visitor, page, "list")), do: "delete:0" };
    assert.equal((await visitor.post("/monitoring/list", form)).status, 303);
    const second = await visitor.post("/monitoring/list", form);
    assert.equal(second.status, 422);
    assert.match(second.text, changed);
    assert.equal(await draftOf(visitor), listed(tcp, ping));
    const fresh = { ...formIn(second.text, "/monitoring/list"), do: "delete:0" };
    assert.equal((await visitor.post("/monitoring/list", fresh)).status, 303);
    assert.equal(await draftOf(visitor), listed(ping));
  });

  it("saves a check that is gone, or has moved, nowhere", async (t) => {
    const visitor = await served(t, listed(http, tcp, ping));
    const second = await formAt(visitor, `${page}&at=1`, "save");
    const third = await formAt(visitor, `${page}&at=2`, "save");
    const list = { ...(await formAt(visitor, page, "list")), do: "delete:0" };
    await visitor.post("/monitoring/list", list);
    for (const form of [second, third]) {
      const late = await visitor.post("/monitoring/save", { ...form, "k.interval": "9s" });
      assert.equal(late.status, 422);
      assert.match(late.text, changed);
    }
    assert.equal(await draftOf(visitor), listed(tcp, ping));
  });

  it("adds no check to a list that is full meanwhile, nor one a second time", async (t) => {
    const visitor = await served(t, listed(...Array.from({ length: 15 }, () => tcp)));
    const form = await formAt(visitor, `${page}&at=new&type=ping`, "save");
    assert.equal((await visitor.post("/monitoring/save", form)).status, 303);
    const full = await draftOf(visitor);
    assert.match((await visitor.post("/monitoring/save", form)).text, changed);
    assert.equal(await draftOf(visitor), full);
    const few = await served(t, listed(tcp));
    const one = await formAt(few, `${page}&at=new&type=ping`, "save");
    await few.post("/monitoring/save", one);
    assert.match((await few.post("/monitoring/save", one)).text, changed);
    assert.equal(await draftOf(few), listed(tcp, ping));
  });

  it("neither chooses how many must pass nor removes what is another check now", async (t) => {
    const visitor = await served(t, listed(http, tcp));
    const any = { ...(await formAt(visitor, page, "any")), any: "true" };
    const list = { ...(await formAt(visitor, page, "list")), do: "lower:0" };
    await visitor.post("/monitoring/list", list);
    assert.match((await visitor.post("/monitoring/any", any)).text, changed);
    assert.equal(await draftOf(visitor), listed(tcp, http));
    const alone = await served(t, pairText);
    const remove = await formAt(alone, page, "remove");
    await alone.post("/monitoring/save", {
      ...(await formAt(alone, page, "save")),
      "k.path": "/ready",
    });
    assert.match((await alone.post("/monitoring/remove", remove)).text, changed);
    assert.match(await draftOf(alone), /path: \/ready/);
  });

  it("takes what is there already without a word, as a second click sends it", async (t) => {
    const visitor = await served(t, listed(http, tcp));
    const form = { ...(await formAt(visitor, `${page}&at=1`, "save")), "k.port": "9000" };
    for (let click = 0; click < 2; click += 1)
      assert.equal((await visitor.post("/monitoring/save", form)).status, 303);
    assert.equal(await draftOf(visitor), listed(http, "{ type: tcp, port: 9000 }"));
  });
});

describe("a list of checks that is changed", () => {
  const pressed = async (text: string, t: TestContext, what: string): Promise<string> => {
    const visitor = await served(t, text);
    const form = await formAt(visitor, page, "list");
    await visitor.post("/monitoring/list", { ...form, do: what });
    return draftOf(visitor);
  };

  it("still needs one passed check alone when the check that says so is deleted", async (t) => {
    const any = "{ type: http, any: true, path: /health }";
    const first = await pressed(listed(any, tcp, ping), t, "delete:0");
    assert.equal(first, listed("{ type: tcp, port: 8443, any: true }", ping));
    const last = await pressed(listed(tcp, ping, any), t, "delete:2");
    assert.equal(last, listed("{ type: tcp, port: 8443, any: true }", ping));
    const other = await pressed(listed(any, tcp, "{ type: ping, any: false }"), t, "delete:0");
    assert.equal(other, listed(tcp, "{ type: ping, any: true }"));
    assert.equal(await pressed(listed(any, tcp), t, "delete:0"), listed(tcp));
    assert.equal(await pressed(listed(any, tcp, ping), t, "delete:1"), listed(any, ping));
  });

  it("moves a check past what is no check", async (t) => {
    const apart = listed(http, "any: true", "any: false", tcp);
    const moved = listed("any: true", "any: false", tcp, http);
    assert.equal(await pressed(apart, t, "lower:0"), moved);
    const visitor = await served(t, apart);
    const { text } = await visitor.get(page);
    assert.match(text, /value="lower:0" aria-label="Down: 1: http"/);
    assert.match(text, /value="lower:0" aria-label="Up: 2: tcp"/);
    assert.doesNotMatch(text, /value="lower:[123]"/);
  });
});

describe("a further check", () => {
  const added = async (t: TestContext, text: string, place: string): Promise<string> => {
    const visitor = await served(t, text);
    const form = await formAt(visitor, `/monitoring?${place}&at=new&type=ping`, "save");
    assert.equal((await visitor.post("/monitoring/save", form)).status, 303);
    return draftOf(visitor);
  };
  const inDefaults = (text: string): string =>
    text.replace("check: { interval: 2s }\n", `check: [${http}, ${tcp}]\n`);

  it("joins the inherited list over which a lone check lies", async (t) => {
    const flow =
      "[{type: http, path: /health, interval: 3s}, {type: tcp, port: 8443, interval: 3s}, {type: ping}]";
    const text = inDefaults(withCheck("check: { interval: 3s }   # slow\n"));
    // Its own keys stay in front.
    const inFront = (made: string): string =>
      made.replace(
        "type: http, path: /health, interval: 3s",
        "interval: 3s, type: http, path: /health",
      );
    const bare = (made: string): string => made.replaceAll(/(?<=[[{]) | (?=[\]}])/g, "");
    assert.equal(
      bare(await added(t, text, "vs=web")),
      bare(text.replace("{ interval: 3s }", inFront(flow))),
    );
    const ofServer = await added(t, text, "vs=web&rs=rs2");
    assert.equal(ofServer, text.replace("10.11.12.2 }", `10.11.12.2, check: ${flow} }`));
    const block = inDefaults(withCheck("check:\n      # slow\n      interval: 3s\n"));
    const list = `check:
      # slow
      - interval: 3s
        type: http
        path: /health
      - type: tcp
        port: 8443
        interval: 3s
      - type: ping
`;
    assert.equal(await added(t, block, "vs=web"), inDefaults(withCheck(list)));
  });

  it("is not taken where a key that lies over the inherited list would mean nothing to it", async (t) => {
    const text = inDefaults(withCheck("check: { path: /ready }\n"));
    const visitor = await served(t, text);
    const form = await formAt(visitor, `${page}&rs=rs2&at=new&type=ping`, "save");
    const refused = await visitor.post("/monitoring/save", form);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /virtual_servers\.web\.check\.path: a check of type ping has no/);
    assert.equal(await draftOf(visitor), text);
  });

  it("stands alone where nothing is checked, whatever the protocol brings", async (t) => {
    const none = withCheck("check: { type: none }   # for now\n");
    assert.equal(await added(t, none, "vs=web"), withCheck("check: { type: ping }   # for now\n"));
    const { text } = await (await served(t, none)).get(page);
    assert.match(text, /<label for="new-type">One more check of type</);
    const dns = "    check:\n      type: dns\n      name: example.com\n";
    const unchecked = pairText.replace(dns, "    check: { fall: 3 }\n");
    assert.equal(
      await added(t, unchecked, "vs=ns"),
      pairText.replace(dns, "    check: { fall: 3, type: ping }\n"),
    );
  });
});
