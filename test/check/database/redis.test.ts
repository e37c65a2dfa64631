import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RedisSession, redisDialogue } from "../../../src/check/database/redis.ts";
import { refusal, settled } from "../settled.ts";
import { playEveryWay, whyOf } from "../transcript.ts";

const plain: RedisSession = { user: null, password: null, role: "any" };

const redis = (changes: Partial<RedisSession>) => () => redisDialogue({ ...plain, ...changes });

const ping = ["C: *1", "C: $4", "C: PING"];

const role = ["C: *1", "C: $4", "C: ROLE"];

const quit = ["C: *1", "C: $4", "C: QUIT"];

/** What is said in one go. */
const said = (...lines: readonly string[]): string =>
  `C: ${lines.map((line) => line.slice(3)).join("\r\n")}`;

describe("the conversation with Redis, however its answers are cut", () => {
  it("is PING and QUIT", () => {
    const action = playEveryWay(redis({}), [said(...ping), "S: +PONG", said(...quit), "S: +OK"]);
    assert.equal(action.kind, "passed");
  });

  it("logs in, with bytes counted as UTF-8", () => {
    const auth = "C: *3\r\n$4\r\nAUTH\r\n$5\r\nprobe\r\n$6\r\npässe";
    const action = playEveryWay(redis({ user: "probe", password: "pässe" }), [
      auth,
      "S: +OK",
      said(...ping),
      "S: +PONG",
      said(...quit),
    ]);
    assert.equal(action.kind, "passed");
  });

  it("reads the role of an array, whatever follows it", () => {
    const action = playEveryWay(redis({ role: "slave" }), [
      said(...ping),
      "S: +PONG",
      said(...role),
      "S: *5",
      "S: $5",
      "S: slave",
      said(...quit),
      "S: $9",
      "S: 127.0.0.1",
      "S: :6379",
      "S: +OK",
    ]);
    assert.equal(action.kind, "passed");
  });

  const failures: readonly [string, Partial<RedisSession>, string[], RegExp][] = [
    ["a wrong role", { role: "master" }, ["S: *5", "S: $5", "S: slave"], /role master .+"slave"/],
    ["an error for a role", { role: "master" }, ["S: -ERR unknown"], /ROLE, got "-ERR unknown"/],
    ["a role that is none", { role: "master" }, ["S: *2", "S: :1"], /a bulk string .+":1"/],
  ];
  for (const [name, changes, answer, why] of failures)
    it(`fails on ${name}`, () => {
      const begun = [said(...ping), "S: +PONG", said(...role)];
      assert.match(whyOf(playEveryWay(redis(changes), [...begun, ...answer])), why);
    });

  it("shows no password that the server repeats", () => {
    const action = playEveryWay(redis({ password: "geheim" }), [
      "C: *2\r\n$4\r\nAUTH\r\n$6\r\ngeheim",
      "S: -ERR geheim is wrong",
    ]);
    assert.equal(whyOf(action), 'unexpected: +OK expected after AUTH, got "-ERR *** is wrong"');
  });

  it("fails when the connection ends before the answer", () => {
    assert.match(whyOf(playEveryWay(redis({}), [said(...ping)])), /^closed: .+answer to PING/);
  });
});

describe("the keys of redis", () => {
  it("are a role and a login", () => {
    assert.deepEqual(settled("type: redis, role: any"), {
      type: "redis",
      address: null,
      port: null,
      user: null,
      passwordFile: null,
      role: "any",
      tls: null,
    });
  });

  it("need a role, and a user a password", () => {
    assert.match(refusal("type: redis"), /role is missing/);
    assert.match(refusal("type: redis, role: any, user: x"), /there is no `password_file`/);
  });
});
