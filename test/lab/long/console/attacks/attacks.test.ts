/**
 * Attacks on every route and every text of the console. true-pair.test.ts makes the same on a
 * console's own process and a pair of true daemons.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { html } from "../../../../../src/console/html.ts";
import { panels } from "../../../../../src/console/panels.ts";
import { forgeAll, misdirect, overreach } from "../../../../console/attacks/forgeries.ts";
import { oversize, smuggle, traverse } from "../../../../console/attacks/intrusions.ts";
import { poisonedDaemon } from "../../../../console/attacks/poisoned.ts";
import { actionPaths, everyRoute } from "../../../../console/attacks/routes.ts";
import { evil, walkTexts } from "../../../../console/attacks/texts.ts";
import { pairConfig } from "../../../../console/sample-pair.ts";
import { serveConsole, visitorAs } from "../../../../console/served-console.ts";
import { Visitor } from "../../../../console/visitor.ts";

/** What a user who only reads may do. */
const readersOwn = ["/doctor/run", "/script/save", "/password/change"];

/** A file with markup wherever a file may have it. */
const evilConfig = {
  ...pairConfig,
  path: `/etc/lvsd/${evil}.yaml`,
  text: pairConfig.text
    .replace("# the shop", `# the shop ${evil}`)
    .replace("path: /health", `path: '/${evil.replaceAll("'", "''")}'`),
  includes: [
    {
      path: `/etc/lvsd/more/${evil}.yaml`,
      text: `# ${evil}\nvirtual_servers:\n  included:\n    address: 192.168.26.11/24 # ${evil}\n    port: 80\n    real_servers:\n      rs1: { address: 10.11.12.1 }\n`,
    },
  ],
};

describe("the routes of the console", () => {
  it("are those of the panels and of the login, all known to the attacks", async () => {
    const routes = (await everyRoute()).map(({ method, path }) => `${method} ${path}`);
    const wanted = [
      "GET /",
      "GET /login",
      "POST /login",
      "POST /logout",
      "POST /view",
      "GET /assets/some.css",
      ...panels.map(({ path }) => `GET ${path}`),
      ...panels.flatMap(({ path, live }) => (live === undefined ? [] : [`GET ${path}/live`])),
      ...actionPaths.map((path) => `POST ${path}`),
    ];
    assert.deepEqual(routes.toSorted(), wanted.toSorted());
  });

  it("do nothing for strangers, forgers, other sites and other names", async (t) => {
    const served = await serveConsole(t);
    const routes = await everyRoute();
    const admin = await visitorAs(served, "admin");
    const again = await visitorAs(served, "admin");
    assert.deepEqual(await forgeAll({ routes, admin, again }), []);
    assert.deepEqual(await misdirect(admin), []);
    const { daemon } = served;
    assert.deepEqual(
      [daemon.audited, daemon.forced, daemon.texts, daemon.ordered],
      [[], [], [], []],
    );
  });

  it("do for each role what it may, and nothing else", async (t) => {
    const served = await serveConsole(t);
    const routes = await everyRoute();
    const reader = await visitorAs(served, "reader");
    const webOnly = await visitorAs(served, "webonly");
    for (const fields of [{}, { server: "web", real: "rs1", vs: "web" }])
      assert.deepEqual(await overreach(routes, reader, readersOwn, fields), []);
    for (const fields of [
      { server: "dns6", real: "ns1", vs: "dns6" },
      { server: "web", real: "rs1", everywhere: "yes" },
      { server: "__proto__", vs: "__proto__" },
    ])
      assert.deepEqual(await overreach(routes, webOnly, readersOwn, fields), []);
    const { daemon } = served;
    assert.deepEqual(
      [daemon.audited, daemon.forced, daemon.texts, daemon.ordered],
      [[], [], [], []],
    );
  });

  it("give no file, read no head in two ways, and take nothing that is too large", async (t) => {
    const served = await serveConsole(t);
    const routes = await everyRoute();
    const admin = await visitorAs(served, "admin");
    assert.deepEqual(await traverse(admin, routes, [`${served.stateDir}/users.json`]), []);
    assert.deepEqual(await smuggle(admin), []);
    assert.deepEqual(await oversize(admin, routes), []);
    assert.deepEqual(served.daemon.forced, []);
    assert.equal((await admin.get("/control")).status, 200);
  });
});

describe("markup in a text", () => {
  it("is text on every page, whoever wrote it and wherever it is written", async (t) => {
    const served = await serveConsole(t, {
      poison: poisonedDaemon,
      prepare: (daemon) => {
        daemon.loaded = evilConfig;
      },
    });
    const visitor = await visitorAs(served, "admin");
    const walked = await walkTexts({
      visitor,
      paths: ["/control", "/login"],
      actions: actionPaths,
    });
    assert.deepEqual(walked.breaches, []);
    assert.deepEqual(
      actionPaths.filter((path) => !walked.sent.has(path)),
      [],
    );
    assert.ok(walked.pages > 60, `${walked.pages} pages`);
    t.diagnostic(`${walked.pages} pages, ${walked.sent.size} forms`);
    const live = await fetch(`${served.url}/control/live`, {
      headers: {
        cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      },
    });
    const reader = live.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    assert.match(first, /&gt;&lt;xevil/);
    assert.doesNotMatch(first, /<xevil/);
  });

  it("is found by this walk where it is none", async () => {
    const found = async (text: string): Promise<number> => {
      const headers = new Headers({ "content-type": "text/html; charset=utf-8" });
      const answer = { status: 200, text, headers, location: null };
      const visitor = new Visitor("http://127.0.0.1");
      visitor.get = visitor.post = async () => answer;
      const { breaches } = await walkTexts({ visitor, paths: ["/control"], actions: [] });
      return breaches.length;
    };
    for (const text of [evil, evil.replace(">", "&gt;").replace("<", "&lt;"), `a="${evil}"`])
      assert.equal(await found(`<p>${text}</p>`), 1, text);
    assert.equal(
      await found(html`<p>${evil} ${`${new URLSearchParams({ evil })}`}</p>`.toString()),
      0,
    );
  });
});
