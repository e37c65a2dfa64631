import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { requestBytesMax } from "../../src/control/api.ts";
import { controlClient } from "../../src/control/client.ts";
import { followersMax } from "../../src/control/followers.ts";
import { type ControlLimits, startControlServer } from "../../src/control/server.ts";
import { guarded, invalidFile, ScriptedDaemon, sampleEvents, samplePlan } from "./sample.ts";

interface Serving {
  readonly daemon: ScriptedDaemon;
  readonly path: string;
  readonly warnings: string[];
}

async function serve(
  t: TestContext,
  limits: Partial<ControlLimits> = {},
  userOf?: (socket: Socket) => number | null,
): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
  const path = join(directory, "run", "lvsd.sock");
  const daemon = new ScriptedDaemon();
  const warnings: string[] = [];
  const server = await startControlServer({
    socketPath: path,
    controlled: daemon,
    warn: (text) => warnings.push(text),
    limits,
    ...(userOf === undefined ? {} : { userOf }),
  });
  t.after(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });
  return { daemon, path, warnings };
}

/** Everything that the server says to raw bytes until it closes the connection. */
function converse(path: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(path, () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}

const get = (target: string, method = "GET") =>
  `${method} ${target} HTTP/1.1\r\nhost: lvsd\r\nconnection: close\r\n\r\n`;
const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nhost: lvsd\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const statusOf = (heard: string): number => Number(heard.split(" ")[1]);
const bodyOf = (heard: string): unknown => JSON.parse(heard.slice(heard.indexOf("\r\n\r\n")));

/** Lets the event loop turn until something holds; the test's own time limit is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

const alive = async ({ path }: Serving) =>
  assert.equal((await controlClient(path).status()).state, "active");

describe("the control interface answers", { timeout: 20_000 }, () => {
  test("each route with the daemon's own words", async (t) => {
    const { path, daemon } = await serve(t);
    const client = controlClient(path);
    assert.deepEqual(await client.status(), daemon.current);
    assert.deepEqual(await client.plan(), samplePlan);
    assert.deepEqual(await client.switchover(), { ok: true, took_ms: 31 });
    assert.deepEqual(await client.history(), sampleEvents);
    assert.deepEqual(bodyOf(await converse(path, get("/v1/config"))), {
      path: "/etc/lvsd/lvsd.yaml",
      serial: 7,
      hash: "0f".repeat(32),
      text: "serial: 7\n",
      includes: [],
    });
    const metrics = await converse(path, get("/metrics"));
    assert.match(metrics, /\r\ncontent-type: text\/plain; version=0\.0\.4/);
    assert.match(metrics, /\nlvsd_router_state\{state="active"\} 1\n/);
    assert.deepEqual(daemon.refused, []);
  });

  test("a reload with and without --yes, in the body and in the query", async (t) => {
    const { path, daemon } = await serve(t);
    await controlClient(path).reload();
    await controlClient(path).reload({ yes: true });
    await converse(path, post("/v1/reload?yes=true", ""));
    await converse(path, post("/v1/reload?yes=false", ""));
    assert.deepEqual(daemon.forced, [false, true, true, false]);
  });

  test("422 for the operator's text and 409 for what does not hold, with the problems", async (t) => {
    const { path, daemon } = await serve(t);
    for (const [refusal, status] of [
      [invalidFile, 422],
      [guarded, 409],
    ] as const) {
      daemon.planned = async () => refusal;
      const heard = await converse(path, post("/v1/reload", "{}"));
      assert.equal(statusOf(heard), status);
      assert.deepEqual(bodyOf(heard), { ok: false, problems: refusal.problems });
      assert.deepEqual(await controlClient(path).reload(), refusal);
    }
    assert.deepEqual(daemon.refused, [], "the request itself was in order");
  });

  test("500 where the daemon fails, and goes on", async (t) => {
    const serving = await serve(t);
    serving.daemon.planned = () => Promise.reject(new Error("ipvsadm: no such program"));
    const heard = await converse(serving.path, post("/v1/plan", ""));
    assert.equal(statusOf(heard), 500);
    assert.match(heard, /ipvsadm: no such program/);
    await alive(serving);
  });
});

describe("the event stream", { timeout: 20_000 }, () => {
  test("tells the history first, then what happens", async (t) => {
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

  test("takes a bounded number of followers and refuses the next one", async (t) => {
    const serving = await serve(t);
    const sockets: Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let count = 0; count < followersMax; count += 1) {
      const socket = connect(serving.path);
      socket.write(get("/v1/events"));
      sockets.push(socket);
    }
    await until(() => serving.daemon.followers === followersMax);
    assert.equal(statusOf(await converse(serving.path, get("/v1/events"))), 503);
    assert.deepEqual(serving.daemon.refused, ["too-many-followers"]);
    sockets.pop()?.destroy();
    await until(() => serving.daemon.followers === followersMax - 1);
    await alive(serving);
  });

  test("drops a follower that does not read", async (t) => {
    const { path, daemon } = await serve(t);
    const socket = connect(path);
    t.after(() => socket.destroy());
    socket.pause();
    socket.write(get("/v1/events"));
    await until(() => daemon.followers === 1);
    const event = sampleEvents[0] ?? assert.fail();
    const long = { ...event, message: "x".repeat(64 * 1024) };
    for (let count = 0; count < 1000 && daemon.followers === 1; count += 1) {
      daemon.happen(long);
      await turn();
    }
    assert.deepEqual(daemon.refused, ["slow-follower"]);
    assert.equal(daemon.followers, 0);
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

describe("the socket", { timeout: 20_000 }, () => {
  const start = (socketPath: string, warnings: string[] = []) =>
    startControlServer({
      socketPath,
      controlled: new ScriptedDaemon(),
      warn: (text) => warnings.push(text),
    });

  test("is open to the group where there is one, else to its owner only, with a warning", async (t) => {
    const { path, warnings } = await serve(t);
    const mode = statSync(path).mode & 0o777;
    if (warnings.length === 0) assert.equal(mode, 0o660);
    else {
      assert.equal(mode, 0o600);
      assert.match(warnings[0] ?? "", /group lvsd-operators .*only its owner may use/);
    }
  });

  test("is not taken from a daemon that answers", async (t) => {
    const serving = await serve(t);
    await assert.rejects(start(serving.path), /another daemon answers at .*lvsd\.sock/);
    await alive(serving);
  });

  test("is taken over from a daemon that died", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lvsd.sock");
    const dead = createServer().listen(path);
    await new Promise((resolve) => dead.once("listening", resolve));
    // The file of a killed process stays; libuv removes its own, so keep a second name for it.
    const { linkSync, renameSync } = await import("node:fs");
    linkSync(path, `${path}.kept`);
    await new Promise((resolve) => dead.close(resolve));
    renameSync(`${path}.kept`, path);
    const server = await start(path);
    t.after(() => server.close());
    assert.equal((await controlClient(path).status()).state, "active");
  });

  test("does not replace a file of another kind", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lvsd.sock");
    writeFileSync(path, "precious");
    chmodSync(path, 0o600);
    await assert.rejects(start(path), /in the way and is no socket/);
    assert.ok(existsSync(path));
  });

  test("cannot lie deeper than a socket's path is long", async () => {
    await assert.rejects(start(`/tmp/${"d".repeat(110)}/lvsd.sock`), /107 bytes at most/);
  });
});
