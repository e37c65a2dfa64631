import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memcachedDialogue } from "../../src/check/database/memcached.ts";
import { type RedisSession, redisDialogue } from "../../src/check/database/redis.ts";
import { accepted, readText, refused } from "../config/texts.ts";
import { playEveryWay, whyOf } from "./transcript.ts";

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
      ...[auth, "S: +OK", said(...ping), "S: +PONG", said(...quit)],
    ]);
    assert.equal(action.kind, "passed");
  });

  it("reads the role of an array, whatever follows it", () => {
    const action = playEveryWay(redis({ role: "slave" }), [
      ...[said(...ping), "S: +PONG", said(...role), "S: *5", "S: $5", "S: slave"],
      ...[said(...quit), "S: $9", "S: 127.0.0.1", "S: :6379", "S: +OK"],
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
      ...["C: *2\r\n$4\r\nAUTH\r\n$6\r\ngeheim", "S: -ERR geheim is wrong"],
    ]);
    assert.equal(whyOf(action), 'unexpected: +OK expected after AUTH, got "-ERR *** is wrong"');
  });

  it("fails when the connection ends before the answer", () => {
    assert.match(whyOf(playEveryWay(redis({}), [said(...ping)])), /^closed: .+answer to PING/);
  });
});

const memcachedSays = () => memcachedDialogue({ user: null, password: null });

describe("the conversation with memcached", () => {
  it("logs in where it has a login, by a value whose length counts bytes", () => {
    const login = () => memcachedDialogue({ user: "probe", password: "pässe" });
    const wanted = ["C: version", "S: CLIENT_ERROR unauthenticated"];
    const said = [...wanted, "C: set lvsd 0 0 12\r\nprobe pässe"];
    const passed = playEveryWay(login, [
      ...[...said, "S: STORED", "C: version", "S: VERSION 1.6.18", "C: quit"],
    ]);
    assert.equal(passed.kind, "passed");
    const repeated = Buffer.from("pässe", "utf8").toString("latin1");
    const refused = playEveryWay(login, [...said, `S: CLIENT_ERROR no ${repeated}`]);
    assert.deepEqual(refused, {
      ...{ kind: "failed", reason: "unexpected" },
      why: 'STORED expected after the login, got "CLIENT_ERROR no ***"',
    });
  });

  it("gives no password away where no login is wanted, or where it would be stored", () => {
    const login = () => memcachedDialogue({ user: "probe", password: "geheim" });
    assert.equal(
      whyOf(playEveryWay(login, ["C: version", "S: VERSION 1.6.18"])),
      'unexpected: it wants no login: it says its version without one, got "VERSION 1.6.18"',
    );
    assert.equal(
      whyOf(playEveryWay(login, ["C: version", "S: ERROR"])),
      'unexpected: CLIENT_ERROR before the login expected after version, got "ERROR"',
    );
  });

  it("asks for the version and leaves", () => {
    const action = playEveryWay(memcachedSays, ["C: version", "S: VERSION 1.6.18", "C: quit"]);
    assert.equal(action.kind, "passed");
  });

  it("fails on an error", () => {
    const action = playEveryWay(memcachedSays, ["C: version", "S: ERROR"]);
    assert.equal(whyOf(action), 'unexpected: VERSION expected after version, got "ERROR"');
  });
});

describe("the keys of checks of databases", () => {
  const config = (check: string): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 80
    check: { ${check} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
  it("redis needs a role, and a user a password", () => {
    accepted(readText(config("type: redis, role: any")));
    const [missing] = refused(readText(config("type: redis")));
    assert.match(missing?.message ?? "", /role is missing/);
    const [alone] = refused(readText(config("type: redis, role: any, user: probe")));
    assert.match(alone?.message ?? "", /there is no `password_file`/);
  });

  const refusals: readonly [check: string, why: RegExp][] = [
    ["type: mysql, query: SELECT 1", /there is no login/],
    ["type: pgsql, database: app", /there is no login/],
    ["type: pgsql, user: probe", /there is no `password_file`/],
    ["type: ldap, filter: (cn=x)", /there is no search/],
    ["type: ldap, expect: x", /there is no search/],
    ["type: ldap, tls: { verify: false }", /TLS is not begun here/],
    ["type: ldaps, tls: false", /ldaps without TLS/],
    ["type: memcached, role: any", /type memcached has no/],
  ];
  for (const [check, why] of refusals)
    it(`${check} is refused`, () => {
      assert.match(refused(readText(config(check)))[0]?.message ?? "", why);
    });

  it("take what ldirectord's files become", () => {
    const login = "user: probe, password_file: /etc/lvsd/p";
    accepted(readText(config(`type: mysql, query: SELECT 1, database: app, ${login}`)));
    accepted(readText(config(`type: pgsql, query: SELECT 1, database: app, ${login}`)));
    accepted(readText(config('type: ldap, base: "dc=example,dc=org", expect: "dc=example"')));
    accepted(readText(config('type: ldaps, base: "", expect: "^dn", regex: true')));
  });
});
