import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemElsewhere } from "../../../../src/keys/problem.ts";
import { samplePlan, sampleReview } from "../../../control/sample.ts";
import { formIn } from "../../forms/sent-form.ts";
import { apply, changed, served, write } from "../../review/reviewed.ts";
import { pairConfig, pairText } from "../../sample-pair.ts";
import { visitorAs } from "../../served-console.ts";

describe("REVIEW", () => {
  it("shows the difference, the plan of both routers, and applies what it showed", async (t) => {
    const { visitor, daemon } = await served(t);
    assert.match((await visitor.get("/review")).text, /Nothing has been changed/);
    assert.equal((await write(visitor, changed)).status, 303);
    assert.match((await visitor.get("/control")).text, /changes that are not applied yet/);
    const { text } = await visitor.get("/review");
    assert.match(text, /class="gone">- {6}rs1: \{ address: 10\.11\.12\.1, weight: 2 \}/);
    assert.match(text, /class="new">\+ {6}rs1: \{ address: 10\.11\.12\.1, weight: 5 \}/);
    assert.match(text, /Included files stay as they are[^<]*\/etc\/lvsd\/teams\/mail\.yaml/);
    for (const router of ["plan-here", "plan-peer"])
      assert.match(text, new RegExp(`id="${router}"`));
    assert.equal(text.split("weight 2 -&gt; 3").length - 1, 2);
    const applied = await apply(visitor);
    assert.equal(applied.location, "/history");
    assert.deepEqual(daemon.texts, [changed]);
    assert.deepEqual([daemon.ontos, daemon.forced], [[pairConfig.hash], [false]]);
    const [asked] = daemon.audited;
    assert.match(`${asked?.by}: ${asked?.what}`, /^admin through .*: save$/);
    assert.match((await visitor.get("/history")).text, /Serial 8 is stored and loaded on both/);
    assert.match((await visitor.get("/review")).text, /Nothing has been changed/);
  });

  it("applies once what is clicked twice, and says what came of it both times", async (t) => {
    const { visitor, daemon } = await served(t);
    await write(visitor, changed);
    const form = formIn((await visitor.get("/review")).text, "/review/apply");
    const { saved } = daemon;
    const isSaved = Promise.withResolvers<void>();
    const isSaving = Promise.withResolvers<void>();
    daemon.saved = async () => {
      isSaving.resolve();
      await isSaved.promise;
      return saved();
    };
    const clicks = [visitor.post("/review/apply", form)];
    await isSaving.promise;
    clicks.push(visitor.post("/review/apply", form));
    // Sent later, and answered: the second click has arrived by then.
    await visitor.get("/help");
    isSaved.resolve();
    for (const { location } of await Promise.all(clicks)) assert.equal(location, "/history");
    assert.equal((await visitor.post("/review/apply", form)).location, "/history");
    assert.deepEqual(daemon.texts, [changed]);
    assert.match((await visitor.get("/history")).text, /Serial 8 is stored and loaded on both/);
    await visitor.post("/review/apply", form);
    assert.match((await visitor.get("/history")).text, /Nothing has been changed/);
  });

  it("lists every problem of a text that cannot be applied, and applies nothing", async (t) => {
    const { visitor, daemon } = await served(t);
    await write(visitor, changed.replace("port: 80", "port: 80000").replace("wrr", "wcl"));
    const { text } = await visitor.get("/review");
    assert.match(text, /lvsd\.yaml:\d+:\d+: .*80000 is too large/);
    assert.match(text, /did you mean &quot;wlc&quot;/);
    assert.doesNotMatch(text, /action="\/review\/apply"/);
    assert.deepEqual(daemon.texts, []);
  });

  it("takes included files into the draft, where they can be edited, or says why not", async (t) => {
    const { visitor, daemon } = await served(t);
    const notice = await visitor.submit("/virtual-server?name=mail", "/review/include");
    assert.equal(notice.location, "/review");
    const { text } = await visitor.get("/review");
    assert.match(text, /The entries of the included files stand in the draft now/);
    assert.match(text, /class="gone">-include: teams/);
    assert.match(text, /class="new">\+ {2}# from \/etc\/lvsd\/teams\/mail\.yaml/);
    assert.doesNotMatch(text, /action="\/review\/include"/, "nothing is left to take in");
    const list = (await visitor.get("/virtual-servers")).text;
    assert.equal(list.match(/href="\/virtual-server\?name=mail"/g)?.length, 1, "listed once");
    const page = (await visitor.get("/virtual-server?name=mail")).text;
    const form = formIn(page, "/virtual-server/save");
    assert.equal(
      (await visitor.post("/virtual-server/save", { ...form, "k.port": "26" })).status,
      303,
    );
    await apply(visitor);
    const wanted = pairText.replace("include: teams/*.yaml\n", "");
    assert.deepEqual(daemon.texts, [
      `${wanted}  # from /etc/lvsd/teams/mail.yaml
  mail:
    address: 192.168.26.12/24
    port: 26
    real_servers:
      mx1: { address: 10.11.12.5 }
`,
    ]);
    await write(visitor, pairText.replace("teams/*.yaml", "[teams/*.yaml, other.yaml]"));
    await visitor.submit("/review", "/review/include");
    assert.match((await visitor.get("/review")).text, /action="\/review\/include"/);
    await write(visitor, pairText.replace("  ns:", "  mail:"));
    const twice = await visitor.submit("/review", "/review/include");
    assert.match(twice.text, /mail: this name is given a second time/);
  });

  it("says what stands in the way: of the peer, of the daemon, of nobody at all", async (t) => {
    const { visitor, daemon, daemonEnds } = await served(t);
    await write(visitor, changed);
    daemon.reviewed = async () => ({
      ...sampleReview,
      peer: { kind: "refused", problems: [problemElsewhere("no eth9 here")] },
    });
    assert.match((await visitor.get("/review")).text, /It refuses this configuration.*no eth9/s);
    for (const [kind, words] of [
      ["away", /not heard at present/],
      ["unknown", /did not say what it would do/],
    ] as const) {
      daemon.reviewed = async () => ({ ...samplePlan, objections: [], peer: { kind, why: "x" } });
      assert.match((await visitor.get("/review")).text, words);
    }
    daemon.saved = async () => ({
      ok: false,
      fault: "now",
      problems: [problemElsewhere("serial 8 was loaded meanwhile")],
    });
    const refused = await apply(visitor);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /serial 8 was loaded meanwhile/);
    await daemonEnds();
    assert.match((await visitor.get("/review")).text, /no daemon answers/);
  });

  it("is closed to who may not configure, forged forms included", async (t) => {
    const { visitor, daemon, ...rest } = await served(t);
    await write(visitor, changed);
    for (const user of ["reader", "webonly"]) {
      const other = await visitorAs({ ...rest, daemon }, user);
      const token = await other.tokenOf("/control");
      assert.equal((await other.get("/review")).status, 403);
      for (const action of ["apply", "discard", "yield", "text", "include"])
        assert.equal((await other.post(`/review/${action}`, { token, text: "x" })).status, 403);
      for (const action of ["rollback", "draft"])
        assert.equal((await other.post(`/history/${action}`, { token, back: "1" })).status, 403);
      const history = await other.get("/history");
      assert.equal(history.status, 200);
      assert.doesNotMatch(history.text, /action="\/history\/(?:rollback|draft)"/);
    }
    assert.deepEqual(daemon.texts, []);
    assert.match((await visitor.get("/review")).text, /weight: 5/);
  });

  it("shows markup of a text as text", async (t) => {
    const { visitor } = await served(t);
    const evil = `</textarea><script>alert(1)</script>"'\``;
    await write(visitor, `${pairText}# ${evil}\n`);
    const { text } = await visitor.get("/review");
    assert.doesNotMatch(text, /<script>alert/);
    assert.equal(text.split("&lt;script&gt;alert(1)").length - 1, 2, "the difference and the text");
  });
});
