/** Keys that are maps, lists of maps, names with texts, or a word: each has fields, and no YAML. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";
import { formIn } from "./sent-form.ts";

async function served(t: TestContext, text = pairText): Promise<Visitor> {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = { ...pairConfig, text };
    },
  });
  return visitorAs(console, "admin");
}

type Changes = Readonly<Record<string, string>>;
type Place = readonly [page: string, action: string];

async function send(visitor: Visitor, [page, action]: Place, changes: Changes) {
  const fields = formIn((await visitor.get(page)).text, action);
  return visitor.post(action, { ...fields, ...changes });
}

const draftOf = async (visitor: Visitor): Promise<string> =>
  formIn((await visitor.get("/review")).text, "/review/text").text ?? "";

const web: Place = ["/virtual-server?name=web", "/virtual-server/save"];
const global: Place = ["/global", "/global/save"];
const check: Place = ["/monitoring?vs=web", "/monitoring/save"];
const lone = "check: { type: http, path: /health }   # by the web team\n";

describe("a key that is a map or a word", () => {
  it("is chosen, and its settings have fields with their errors", async (t) => {
    const visitor = await served(t);
    const steps: readonly (readonly [Changes, RegExp])[] = [
      [{ "use.damping": "off" }, /\n {4}damping: off\n/],
      [
        { "use.damping": "{}", "k.damping.hold": "1m" },
        /\n {4}damping: \{ hold: 1m \}\n|\n {4}damping:\n {6}hold: 1m\n/,
      ],
      [{ "k.damping.changes": "4" }, /changes: 4/],
      [{ "use.load_monitor": "agent" }, /\n {4}load_monitor: agent\n/],
      [
        {
          "use.load_monitor": "{}",
          "k.load_monitor.type": "snmp",
          "k.load_monitor.args": "-a\r\nb, c",
        },
        /type: snmp/,
      ],
      [
        { "k.sorry_server.address": "10.11.12.99", "k.sorry_server.port": "8080" },
        /sorry_server:\n {6}address: 10\.11\.12\.99\n {6}port: 8080\n/,
      ],
      [{ "use.sorry_server": "local" }, /sorry_server: local\n/],
    ];
    for (const [changes, wanted] of steps) {
      const answer = await send(visitor, web, changes);
      assert.equal(answer.status, 303, JSON.stringify(changes));
      assert.match(await draftOf(visitor), wanted);
    }
    const gone = { "use.damping": "", "use.load_monitor": "", "use.sorry_server": "" };
    assert.equal((await send(visitor, web, gone)).status, 303);
    assert.equal(await draftOf(visitor), pairText);
  });

  it("says at its fields what is wrong, and keeps the choice", async (t) => {
    const visitor = await served(t);
    const wrong = {
      "use.sorry_server": "{}",
      "k.sorry_server.port": "80000",
      "use.damping": "{}",
      "k.damping.within": "soon",
    };
    const { status, text } = await send(visitor, web, wrong);
    assert.equal(status, 422);
    for (const id of ["sorry_server-port", "damping-within"])
      assert.match(text, new RegExp(`id="k-${id}-wrong"`), id);
    const shown = formIn(text, web[1]);
    assert.deepEqual([shown["use.damping"], shown["k.damping.within"]], ["{}", "soon"]);
    const missing = await send(visitor, web, { "k.sorry_server.port": "80" });
    assert.match(missing.text, /id="k-sorry_server-address-wrong"[^<]*>[^<]*is missing/);
    assert.equal(await draftOf(visitor), pairText);
  });

  it("loses nothing that was typed to a word that was chosen", async (t) => {
    const visitor = await served(
      t,
      pairText.replace("port: 80\n", "port: 80\n    damping: { hold: 1m }\n"),
    );
    const both = await send(visitor, web, { "use.damping": "off", "k.damping.hold": "2m" });
    assert.equal(both.status, 422);
    assert.match(both.text, /id="k-damping-wrong"/);
    assert.equal((await send(visitor, web, { "use.damping": "off" })).status, 303);
    assert.match(await draftOf(visitor), /damping: off\n/);
  });

  it("may be no TLS over that of the virtual server, or TLS with its defaults", async (t) => {
    const text = pairText.replace(lone, "check: { type: http, tls: { sni: a.example } }\n");
    const visitor = await served(t, text.replace("type: http, tls", "type: tcp, tls"));
    const own: Place = ["/monitoring?vs=web&rs=rs2", "/monitoring/save"];
    await send(visitor, own, { "use.tls": "false" });
    assert.match(
      await draftOf(visitor),
      /rs2: \{ address: 10\.11\.12\.2, check: \{ tls: false \} \}/,
    );
    await send(visitor, own, { "use.tls": "true" });
    assert.match(await draftOf(visitor), /check: \{ tls: true \}/);
    await send(visitor, own, { "use.tls": "{}", "k.tls.sni": "b.example" });
    assert.match(await draftOf(visitor), /check: \{ tls: \{ sni: b\.example \} \}/);
  });

  it("shows what of it is inherited, as a whole", async (t) => {
    const text = pairText.replace(
      "  scheduler: wrr\n",
      "  scheduler: wrr\n  quorum: { up: 3, down: 1 }\n",
    );
    const visitor = await served(t, text);
    const page = (await visitor.get(web[0])).text;
    assert.match(page, /Left out, it is \{ up: 3, down: 1 \}, from what lies under it/);
    await send(visitor, web, { "k.quorum.up": "2" });
    const after = (await visitor.get(web[0])).text;
    const down = after.slice(after.indexOf('id="k-quorum-down"'));
    assert.doesNotMatch(down.slice(0, down.indexOf("</div>")), /placeholder="1"/);
  });
});

describe("a list of maps", () => {
  it("has a row each and some to add: VIPs", async (t) => {
    const visitor = await served(t);
    const two = {
      "k.vips.0.address": "192.168.26.30/24",
      "k.vips.1.address": "192.168.26.31/24",
      "k.vips.1.device": "eth0",
    };
    assert.equal((await send(visitor, global, two)).status, 303);
    assert.match(
      await draftOf(visitor),
      /\nvips:\n {2}- address: 192\.168\.26\.30\/24\n {2}- address: 192\.168\.26\.31\/24\n {4}device: eth0\n/,
    );
    await send(visitor, global, {
      "k.vips.0.device": "eth1",
      "k.vips.2.address": "192.168.26.32/24",
    });
    assert.match(
      await draftOf(visitor),
      /30\/24\n {4}device: eth1\n.*\n {4}device: eth0\n {2}- address: 192\.168\.26\.32\/24\n/,
    );
    const wrong = await send(visitor, global, {
      "row.vips.0": "remove",
      "k.vips.1.address": "nowhere",
      "k.vips.4.device": "eth9",
    });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /id="k-vips-1-address-wrong"/);
    assert.match(wrong.text, /id="k-vips-4-address-wrong"/, "at the row that was filled in");
    await send(visitor, global, { "row.vips.0": "remove", "row.vips.1": "remove" });
    assert.match(await draftOf(visitor), /\nvips:\n {2}- address: 192\.168\.26\.32\/24\n/);
    await send(visitor, global, { "row.vips.0": "remove" });
    assert.equal(await draftOf(visitor), pairText);
  });

  it("keeps comments, and its order until it is changed: a dialogue", async (t) => {
    const steps =
      "check:\n      type: send_expect\n      dialogue:\n        # a greeting\n        - expect: '220 '\n        - { send: 'EHLO a\\r\\n', expect: '250' }   # ours\n";
    const visitor = await served(t, pairText.replace(lone, steps));
    await send(visitor, check, { "k.dialogue.2.send": "QUIT\\r\\n", "k.dialogue.1.regex": "true" });
    const text = await draftOf(visitor);
    assert.match(
      text,
      /# a greeting\n {8}- expect: '220 '\n {8}- \{ send: 'EHLO a\\r\\n', expect: '250', regex: true \} {3}# ours\n/,
    );
    assert.match(
      text,
      /# ours\n {8}- \{ send: .?QUIT\\+r\\+n.? \}\n|# ours\n {8}- send: QUIT\\r\\n\n/,
    );
    await send(visitor, check, { "row.dialogue.2": "up" });
    assert.match(await draftOf(visitor), /QUIT.*EHLO/s);
    await send(visitor, check, { "row.dialogue.1": "down", "row.dialogue.0": "remove" });
    const after = await draftOf(visitor);
    assert.match(after, /EHLO.*QUIT/s);
    assert.doesNotMatch(after, /220/);
  });
});

describe("names with texts", () => {
  it("are filled in, renamed and emptied: headers", async (t) => {
    const visitor = await served(t);
    await send(visitor, check, {
      "name.headers.0": "X-Token",
      "k.headers.0": "a: b",
      "name.headers.1": "Accept",
      "k.headers.1": "5",
    });
    assert.match(await draftOf(visitor), /headers: \{ X-Token: "?a: b"?, Accept: "5" \}/);
    const again = await send(visitor, check, { "name.headers.2": "Accept", "k.headers.2": "x" });
    const nameless = await send(visitor, check, { "k.headers.2": "x" });
    for (const { status, text } of [again, nameless]) {
      assert.equal(status, 422);
      assert.match(text, /id="k-headers-wrong"/);
    }
    const wrong = await send(visitor, check, { "name.headers.2": "a b", "k.headers.2": "x" });
    assert.match(wrong.text, /id="k-headers-wrong"[^<]*>[^<]*is no/);
    await send(visitor, check, {
      "name.headers.0": "",
      "name.headers.1": "Accept-Language",
      "k.headers.1": "de",
    });
    assert.match(await draftOf(visitor), /headers: \{ Accept-Language: de \}/);
    await send(visitor, check, { "name.headers.0": "" });
    assert.equal(await draftOf(visitor), pairText);
  });
});

describe("a form", () => {
  it("changes nothing that another window has changed since its page was shown", async (t) => {
    const visitor = await served(t);
    const stale = formIn((await visitor.get(web[0])).text, web[1]);
    await send(visitor, web, { "k.port": "8080" });
    const late = await visitor.post(web[1], { ...stale, "k.reentry": "9s" });
    assert.equal(late.status, 422);
    assert.match(late.text, /This changed meanwhile/);
    assert.equal(formIn(late.text, web[1])["k.port"], "8080");
    assert.doesNotMatch(await draftOf(visitor), /9s|port: 80\n/);
    const again = formIn(late.text, web[1]);
    for (let click = 0; click < 2; click += 1)
      assert.equal((await visitor.post(web[1], { ...again, "k.reentry": "9s" })).status, 303);
  });
});
