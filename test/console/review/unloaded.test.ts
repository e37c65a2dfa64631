import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { sampleStatus } from "../../control/sample.ts";
import { formIn } from "../forms/sent-form.ts";
import { pairConfig, pairText } from "../sample-pair.ts";
import { visitorAs } from "../served-console.ts";
import { served } from "./reviewed.ts";

const broken = pairText.replace("port: 80\n", "port: 80000\n");
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Answers as the daemon does: what is discarded is what is on the disk. */
async function withBroken(t: Parameters<typeof served>[0], unloaded = broken) {
  const console = await served(t);
  const { daemon } = console;
  daemon.loaded = { ...pairConfig, unloaded };
  const problem = { file: pairConfig.path, line: 21, column: 11, message: "80000", hint: null };
  const { config } = sampleStatus;
  daemon.current = { ...sampleStatus, config: { ...config, error: [problem] } };
  const discarded: (string | null)[] = [];
  const { reload } = daemon;
  daemon.reload = (given) => {
    discarded.push(given.discard);
    daemon.loaded = pairConfig;
    return reload(given);
  };
  return { ...console, discarded };
}

describe("a file on the disk that was refused", () => {
  it("is mended in the draft, and what is loaded takes its place", async (t) => {
    const { visitor, discarded } = await withBroken(t);
    assert.match((await visitor.get("/control")).text, /<a href="\/review">Mend it here/);
    const { text } = await visitor.get("/review");
    assert.match(text, /class="new">\+ {4}port: 80000/);
    const mended = await visitor.post("/review/mend", formIn(text, "/review/mend"));
    assert.equal(mended.location, "/review");
    assert.deepEqual(discarded, [hashOf(broken)]);
    const after = (await visitor.get("/review")).text;
    assert.match(after, /80000 is too large/);
    assert.equal(formIn(after, "/review/text").text, broken);
    assert.doesNotMatch(after, /action="\/review\/(?:mend|restore)"/);
  });

  it("is given up for what is loaded, unless it is another one meanwhile", async (t) => {
    const { visitor, daemon, discarded } = await withBroken(t);
    const { text } = await visitor.get("/review");
    daemon.loaded = { ...pairConfig, unloaded: `${broken}# more\n` };
    const late = await visitor.post("/review/mend", formIn(text, "/review/mend"));
    assert.equal(late.status, 409);
    assert.match(late.text, /another one meanwhile/);
    assert.deepEqual(discarded, []);
    const fresh = formIn((await visitor.get("/review")).text, "/review/restore");
    assert.equal((await visitor.post("/review/restore", fresh)).status, 303);
    assert.deepEqual(discarded, [hashOf(`${broken}# more\n`)]);
    assert.match((await visitor.get("/review")).text, /Nothing has been changed/);
  });

  it("is not mended over a draft that has changes of its own", async (t) => {
    const { visitor, daemon, discarded } = await withBroken(t);
    const form = formIn((await visitor.get("/review")).text, "/review/mend");
    const own = pairText.replace("port: 80\n", "port: 81\n");
    const text = { ...formIn((await visitor.get("/review")).text, "/review/text"), text: own };
    assert.equal((await visitor.post("/review/text", text)).status, 303);
    const refused = await visitor.post("/review/mend", form);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /your draft has changes of its own.*put the loaded file back/);
    assert.deepEqual(discarded, []);
    const shown = (await visitor.get("/review")).text;
    assert.equal(formIn(shown, "/review/text").text, own);
    assert.doesNotMatch(shown, /action="\/review\/mend"/);
    const nothing = { ...pairConfig, serial: 0, hash: "", text: "", includes: [] };
    daemon.loaded = { ...nothing, unloaded: broken };
    const first = await visitor.post("/review/mend", form);
    assert.match(first.text, /changes of its own. Apply or discard your draft first/);
  });

  it("can only be given up where it is gone, and only be mended where nothing is loaded", async (t) => {
    const { visitor, daemon } = await withBroken(t, "");
    const gone = (await visitor.get("/review")).text;
    assert.doesNotMatch(gone, /action="\/review\/mend"/);
    assert.match(gone, /action="\/review\/restore"/);
    const nothing = { ...pairConfig, serial: 0, hash: "", text: "", includes: [] };
    daemon.loaded = { ...nothing, unloaded: broken };
    const first = (await visitor.get("/review")).text;
    assert.doesNotMatch(first, /action="\/review\/restore"/);
    await visitor.post("/review/mend", formIn(first, "/review/mend"));
    const after = (await visitor.get("/review")).text;
    assert.match(after, /This is the first configuration of this router/);
    assert.equal(formIn(after, "/review/text").text, broken);
  });

  it("is left alone by who may not configure", async (t) => {
    const { discarded, ...rest } = await withBroken(t);
    for (const user of ["reader", "webonly"]) {
      const visitor = await visitorAs(rest, user);
      const token = await visitor.tokenOf("/control");
      assert.doesNotMatch((await visitor.get("/control")).text, /Mend it here/);
      for (const action of ["mend", "restore"])
        assert.equal(
          (await visitor.post(`/review/${action}`, { token, seen: hashOf(broken) })).status,
          403,
        );
    }
    assert.deepEqual(discarded, []);
  });
});
