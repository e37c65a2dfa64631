/** Contents that are compared while checks run, against servers on loopback and by themselves. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runCheck, type Tried } from "../../../src/checks/check.ts";
import type { HttpCheck } from "../../../src/config/config.ts";
import { Agreements } from "../../../src/daemon/evidence/agreements.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms } from "../../../src/model/time.ts";
import { httpCheck, serve } from "../../checks/servers.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";

const compared = (changes: Partial<HttpCheck> = {}) => httpCheck({ content: "agree", ...changes });
const said = (content: string): Tried => ({ kind: "passed", took: ms(1), content });
const failed: Tried = { kind: "failed", took: ms(1), reason: "timeout", why: "no answer" };

function agreements() {
  const reports: EventBody[] = [];
  const agreements = new Agreements((event) => reports.push(event));
  return { agreements, kinds: () => reports.map(({ kind }) => kind), reports };
}

describe("content: agree", () => {
  it("names who differs after `fall` tries in a row, once, and when it agrees again", () => {
    const { agreements: all, kinds, reports } = agreements();
    const check = compared();
    const round = (c: string) => {
      for (const [key, content] of [
        ["web/a", "1"],
        ["web/b", "1"],
        ["web/c", c],
      ] as const)
        assert.equal(all.judge(key, check, said(content)).kind, "passed");
    };
    round("2");
    assert.deepEqual(kinds(), []);
    round("2");
    round("2");
    assert.deepEqual(kinds(), ["differs"]);
    assert.match(JSON.stringify(reports[0]), /content 2, and 2 of 3 real servers have 1/);
    round("1");
    round("1");
    assert.deepEqual(kinds(), ["differs", "agrees"]);
  });

  it("fails the check of who differs where it is asked, and of nobody else", () => {
    const { agreements: all } = agreements();
    const check = compared({ content: "agree-or-remove" });
    for (const key of ["web/a", "web/b"]) all.judge(key, check, said("1"));
    const odd = all.judge("web/c", check, said("2"));
    assert.equal(odd.kind === "failed" && odd.reason, "unexpected");
    assert.equal(all.judge("web/a", check, said("1")).kind, "passed");
    assert.equal(all.judge("web/c", check, said("1")).kind, "passed");
  });

  it("compares within one virtual server and one question", () => {
    const { agreements: all, kinds } = agreements();
    for (let round = 0; round < 3; round++) {
      all.judge("web/a", compared(), said("1"));
      all.judge("web/b", compared(), said("1"));
      all.judge("shop/a", compared(), said("2"));
      all.judge("web/c", compared({ path: "/other" }), said("2"));
    }
    assert.deepEqual(kinds(), []);
  });

  it("passes on what is not compared, and failures as they are", () => {
    const { agreements: all } = agreements();
    const passed: Tried = { kind: "passed", took: ms(1) };
    assert.equal(all.judge("web/a", tcpCheck(), passed), passed);
    assert.equal(all.judge("web/a", httpCheck(), passed), passed);
    assert.equal(all.judge("web/a", compared(), failed), failed);
  });

  it("forgets real servers that are gone, so that they outvote nobody", () => {
    const { agreements: all, kinds } = agreements();
    const check = compared();
    for (const key of ["web/a", "web/b", "web/c"]) all.judge(key, check, said("1"));
    const left = ["c", "d"].map((name) => realServer(name, { check }));
    all.configure(config(virtualServer("web", { realServers: left })));
    for (let round = 0; round < 3; round++) all.judge("web/d", check, said("2"));
    assert.deepEqual(kinds(), [], "one against one is no majority");
    all.clear();
  });

  it("does not count what a server said before it was disabled", () => {
    const check = compared({ content: "agree-or-remove" });
    const servers = (active: boolean) => [
      ...["a", "b", "c"].map((name) => realServer(name, { check, active })),
      realServer("d", { check }),
      realServer("e", { check }),
    ];
    for (const off of [
      virtualServer("web", { realServers: servers(false) }),
      virtualServer("web", { realServers: servers(true), active: false }),
    ]) {
      const { agreements: all } = agreements();
      for (const key of ["web/a", "web/b", "web/c"]) all.judge(key, check, said("old"));
      all.configure(config(virtualServer("web", { realServers: servers(true) })));
      assert.equal(all.judge("web/d", check, said("new")).kind, "failed");
      all.configure(config(off));
      for (const key of ["web/d", "web/e"])
        assert.equal(all.judge(key, check, said("new")).kind, "passed");
    }
  });
});

describe("the content of an http answer", () => {
  it("is a digest of the body, and of nothing else", async (context) => {
    const answer = (date: string, body: string) =>
      `HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const contentOf = async (text: string, check = compared()): Promise<string | undefined> => {
      const endpoint = await serve(context, (socket) => socket.end(text));
      const tried = await runCheck(check, endpoint, new AbortController().signal);
      assert.equal(tried.kind, "passed", JSON.stringify(tried));
      return tried.kind === "passed" ? tried.content : undefined;
    };
    const one = await contentOf(answer("today", "hello"));
    assert.match(one ?? "", /^[0-9a-f]{64}$/);
    assert.equal(await contentOf(answer("tomorrow", "hello")), one);
    assert.notEqual(await contentOf(answer("today", "other")), one);
    assert.equal(await contentOf(answer("today", "hello"), compared({ expect: "hell" })), one);
    assert.equal(await contentOf(answer("today", "hello"), httpCheck()), undefined);
  });
});
