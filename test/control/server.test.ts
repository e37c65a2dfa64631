import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { requestBytesMax } from "../../src/control/api.ts";
import { controlClient } from "../../src/control/client.ts";
import { startControlServer } from "../../src/control/server.ts";
import { sampleEvents, samplePlan } from "./sample.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";
import { alive, bodyOf, converse, get, post, serve, statusOf, until } from "./serving.ts";

describe("the event stream", { timeout: 20_000 }, () => {
  test("sends the history first, then what happens", async (t) => {
    const { path, daemon } = await serve(t);
    const stop = new AbortController();
    const heard: string[] = [];
    for await (const batch of controlClient(path).follow(stop.signal)) {
      heard.push(...batch.map((event) => event.message));
      if (heard.length === 2)
        daemon.happen({ ...(sampleEvents[0] ?? assert.fail()), message: "later" });
      if (heard.length === 3) stop.abort();
    }
    assert.deepEqual(heard, [...sampleEvents.map((event) => event.message), "later"]);
    await until(() => daemon.followers === 0);
  });

  test("ends when the daemon stops", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lvsd.sock");
    const daemon = new ScriptedDaemon();
    const server = await startControlServer({
      socketPath: path,
      controlled: daemon,
      warn: () => {},
    });
    const heard: string[] = [];
    for await (const batch of controlClient(path).follow(new AbortController().signal)) {
      heard.push(...batch.map((event) => event.message));
      if (heard.length === sampleEvents.length) await server.close();
    }
    assert.equal(heard.length, sampleEvents.length);
    assert.equal(existsSync(path), false, "the socket goes with the server");
  });
});

const refusals: readonly (readonly [string, number, string, string | Buffer])[] = [
  ["an unknown path", 404, "no-such-route", get("/v1/nothing")],
  ["a path that every object has", 404, "no-such-route", get("/constructor")],
  ["a GET where a POST belongs", 405, "wrong-method", get("/v1/reload")],
  ["a DELETE", 405, "wrong-method", get("/v1/status", "DELETE")],
  ["a method that every object has", 400, "bad-http", get("/v1/status", "constructor")],
  ["a proxy request", 405, "wrong-method", "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n"],
  ["a body that is no JSON", 400, "bad-json", post("/v1/reload", "{yes")],
  ["a body that is no object", 400, "bad-json", post("/v1/reload", "[true]")],
  ["an unknown option", 400, "bad-json", post("/v1/reload", '{"force": true}')],
  ["an option of the wrong type", 400, "bad-json", post("/v1/reload", '{"yes": "yes"}')],
  ["an unknown query", 400, "bad-json", post("/v1/plan?no=true", "")],
  ["binary garbage", 400, "bad-http", Buffer.alloc(4096, 0xfe)],
  ["TLS", 400, "bad-http", Buffer.from("16030100a5010000a10303", "hex")],
  ["a head without end", 431, "header-too-large", `GET / HTTP/1.1\r\nx: ${"y".repeat(100_000)}`],
  [
    "a body that is announced too large",
    413,
    "body-too-large",
    `POST /v1/reload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${2 ** 40}\r\n\r\n`,
  ],
  [
    "a body that grows too large",
    413,
    "body-too-large",
    `POST /v1/reload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${(requestBytesMax + 1).toString(16)}\r\n${"z".repeat(requestBytesMax + 1)}\r\n0\r\n\r\n`,
  ],
  ["half a request", 408, "timeout", "GET /v1/status HT"],
  [
    "half a body",
    408,
    "timeout",
    "POST /v1/reload HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n{",
  ],
  ["a connection that says nothing", 408, "timeout", ""],
];

describe("the control interface refuses with a reason and lives on", { timeout: 20_000 }, () => {
  for (const [what, status, reason, bytes] of refusals) {
    test(what, async (t) => {
      const serving = await serve(t, { requestMs: 150 });
      await alive(serving);
      const heard = await converse(serving.path, bytes);
      assert.equal(statusOf(heard), status, heard);
      const body = bodyOf(heard) as { ok: boolean; problems: { message: string }[] };
      assert.equal(body.ok, false);
      assert.ok((body.problems[0]?.message ?? "").length > 0);
      assert.deepEqual(serving.daemon.refused, [reason]);
      assert.deepEqual(serving.daemon.forced, []);
      await alive(serving);
    });
  }

  test("200 clients at once", async (t) => {
    const serving = await serve(t, { connectionsMax: 20, requestMs: 3000 });
    const heard = await Promise.all(
      Array.from({ length: 200 }, () => converse(serving.path, "GET /v1/status HTTP/1.1\r\n")),
    );
    const count = (status: number) => heard.filter((each) => statusOf(each) === status).length;
    assert.equal(count(503), 180, "those beyond the bound hear so at once");
    assert.equal(count(408), 20, "those within it run into the deadline");
    assert.equal(serving.daemon.refused.length, 200);
    await alive(serving);
  });

  test("more work than its bound", async (t) => {
    const serving = await serve(t, { requestsMax: 3 });
    const release = Promise.withResolvers<typeof samplePlan>();
    serving.daemon.planned = () => release.promise;
    const heard = Array.from({ length: 5 }, () => converse(serving.path, post("/v1/plan", "")));
    await until(() => serving.daemon.refused.length === 2);
    release.resolve(samplePlan);
    const statuses = (await Promise.all(heard)).map(statusOf).sort();
    assert.deepEqual(statuses, [200, 200, 200, 503, 503]);
    assert.deepEqual(serving.daemon.refused, Array(2).fill("too-many-requests"));
    await alive(serving);
  });
});
