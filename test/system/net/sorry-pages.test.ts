import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SorryPages } from "../../../src/system/net/sorry-pages.ts";

interface Answer {
  readonly status: number;
  readonly connection: string | undefined;
  readonly body: string;
}

async function ask(port: number, method = "GET", host = "127.0.0.1"): Promise<Answer> {
  const asked = request({ host, port, method, path: "/any/path", agent: false });
  asked.end();
  const [response] = await once(asked, "response");
  let body = "";
  for await (const piece of response) body += piece;
  return { status: response.statusCode, connection: response.headers.connection, body };
}

function open(t: TestContext) {
  const troubles: string[] = [];
  let changed = (): void => undefined;
  const pages = new SorryPages({
    changed: () => changed(),
    trouble: (text) => troubles.push(text),
  });
  t.after(() => pages.close());
  const served = async (page: string | null): Promise<number> => {
    for (;;) {
      const port = pages.portOf(page);
      if (port !== null) return port;
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  };
  return { pages, troubles, served };
}

test("every request is answered with 503 and the page, over both families, and closed", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-sorry-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const page = join(directory, "sorry.html");
  writeFileSync(page, "<h1>back at nine</h1>");
  const { pages, troubles, served } = open(t);
  pages.serve(new Set([page, null]));
  const port = await served(page);
  assert.deepEqual(await ask(port), {
    status: 503,
    connection: "close",
    body: "<h1>back at nine</h1>",
  });
  assert.equal((await ask(port, "POST", "::1")).status, 503);
  assert.equal((await ask(port, "HEAD")).body, "");
  const usual = await served(null);
  assert.notEqual(usual, port);
  assert.match((await ask(usual)).body, /Service unavailable/);
  // Read again by a reload, at the same port.
  writeFileSync(page, "<h1>back at ten</h1>");
  pages.serve(new Set([page, null]));
  const until = Date.now() + 5000;
  while ((await ask(port)).body !== "<h1>back at ten</h1>") assert.ok(Date.now() < until);
  assert.equal(pages.portOf(page), port);
  assert.deepEqual(troubles, []);
});

test("a page that is not there is said, and replaced by a page of a few words", async (t) => {
  const { pages, troubles, served } = open(t);
  pages.serve(new Set(["/nonexistent/sorry.html"]));
  const port = await served("/nonexistent/sorry.html");
  assert.match((await ask(port)).body, /Service unavailable/);
  assert.match(troubles[0] ?? "", /nonexistent\/sorry.html/);
});

test("what is no HTTP is answered with an error and closed", async (t) => {
  const { pages, served } = open(t);
  pages.serve(new Set([null]));
  const socket = connect(await served(null), "127.0.0.1");
  socket.end("\u0016\u0003\u0001 not HTTP\r\n\r\n");
  let heard = "";
  for await (const piece of socket) heard += piece;
  assert.match(heard, /^HTTP\/1.1 400/);
});

test("a page that is not wanted any more is not served", async (t) => {
  const { pages, served } = open(t);
  pages.serve(new Set([null]));
  const port = await served(null);
  pages.serve(new Set());
  assert.equal(pages.portOf(null), null);
  await assert.rejects(ask(port), /ECONNREFUSED|socket hang up|ECONNRESET/);
});
