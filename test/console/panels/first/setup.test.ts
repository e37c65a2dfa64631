import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusedNow } from "../../../../src/daemon/refused.ts";
import { serveConsole, visitorAs } from "../../served-console.ts";
import { filled, fresh, key } from "../../setup/first.ts";

const unescaped = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#96;", "`")
    .replaceAll("&amp;", "&");

const copiedIn = (page: string): string =>
  unescaped(/<pre id="copied"[^>]*><code>([^<]*)<\/code>/.exec(page)?.[1] ?? "");

const yamlIn = (page: string): string =>
  unescaped(/<textarea id="yaml"[^>]*>\n([^<]*)<\/textarea>/.exec(page)?.[1] ?? "");

describe("SETUP", () => {
  it("proposes what the machine has, and is where an unconfigured router leads", async (t) => {
    const served = await serveConsole(t, fresh);
    const visitor = await visitorAs(served, "admin");
    assert.match((await visitor.get("/control")).text, /<a href="\/setup">SETUP<\/a>/);
    const { text } = await visitor.get("/setup");
    assert.match(text, /<option value="192\.168\.26\.9" selected>192\.168\.26\.9 \(eth0\)/);
    assert.match(text, /<option value="eth1">/);
    const reader = await visitorAs(served, "reader");
    assert.equal((await reader.get("/setup")).status, 403);
    assert.doesNotMatch((await reader.get("/control")).text, /href="\/setup"/);
  });

  it("makes what both routers take, and a draft of it on each", async (t) => {
    const first = await serveConsole(t, fresh);
    const visitor = await visitorAs(first, "admin");
    const made = await visitor.submit("/setup", "/setup/make", filled);
    assert.equal(made.status, 200);
    const bundle = copiedIn(made.text);
    assert.match(bundle, /^# heartbeat key: /);
    const yaml = yamlIn(made.text);
    assert.match(yaml, /primary: \{ public: 192\.168\.26\.9, private: 10\.11\.12\.9 \}/);
    assert.match(yaml, /key_file: \/etc\/lvsd\/live\/heartbeat\.key/);
    assert.match(yaml, /address: 192\.168\.26\.10\/24/);
    assert.doesNotMatch(yaml, new RegExp(key.slice(0, 20)));
    const taken = await visitor.submit("/setup", "/setup/take", { yaml });
    assert.equal(taken.location, "/review");
    assert.match((await visitor.get("/review")).text, /look at it, then apply it/);
    await visitor.submit("/review", "/review/apply", {
      seal: /name="seal" value="([^"]+)"/.exec((await visitor.get("/review")).text)?.[1] ?? "",
    });
    const second = await serveConsole(t, fresh);
    const other = await visitorAs(second, "admin");
    const joined = await other.submit("/setup", "/setup/join", {
      bundle: bundle.replaceAll("\n", "\r\n"),
    });
    assert.equal(joined.location, "/review");
    assert.deepEqual(second.daemon.keys, [key]);
    await other.submit("/review", "/review/apply", {
      seal: /name="seal" value="([^"]+)"/.exec((await other.get("/review")).text)?.[1] ?? "",
    });
    assert.deepEqual(first.daemon.texts, [yaml]);
    assert.deepEqual(second.daemon.texts, [yaml], "both routers have the same file");
  });

  it("says how the key comes there where the daemon cannot write it", async (t) => {
    const served = await serveConsole(t, fresh);
    const hint = "as root: lvsd keygen -o /etc/lvsd/heartbeat.key";
    served.daemon.keyed = refusedNow("the key cannot be written: EROFS", hint);
    const visitor = await visitorAs(served, "admin");
    const { status, text } = await visitor.submit("/setup", "/setup/make", filled);
    assert.equal(status, 409);
    assert.match(text, /as root: lvsd keygen -o/);
    served.daemon.keyed = { ok: true, path: "/etc/lvsd/heartbeat.key", key: null };
    const there = await visitor.submit("/setup", "/setup/make", filled);
    assert.match(there.text, /lies in \/etc\/lvsd\/heartbeat\.key already and is not shown/);
  });

  it("never asks a configured router for its key", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    assert.match((await visitor.get("/setup")).text, /has a configuration already/);
    const { status } = await visitor.submit("/setup", "/setup/make", filled);
    assert.equal(status, 200);
    assert.deepEqual(served.daemon.keys, []);
  });
});
