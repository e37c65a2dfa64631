import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { memcachedDialogue } from "../../../src/check/database/memcached.ts";
import { refusal, settled } from "../settled.ts";
import { playEveryWay, whyOf } from "../transcript.ts";

const memcachedSays = () => memcachedDialogue({ user: null, password: null });

describe("the conversation with memcached", () => {
  it("logs in where it has a login, by a value whose length counts bytes", () => {
    const login = () => memcachedDialogue({ user: "probe", password: "pässe" });
    const wanted = ["C: version", "S: CLIENT_ERROR unauthenticated"];
    const said = [...wanted, "C: set lvsd 0 0 12\r\nprobe pässe"];
    const passed = playEveryWay(login, [
      ...said,
      "S: STORED",
      "C: version",
      "S: VERSION 1.6.18",
      "C: quit",
    ]);
    assert.equal(passed.kind, "passed");
    const repeated = Buffer.from("pässe", "utf8").toString("latin1");
    const refused = playEveryWay(login, [...said, `S: CLIENT_ERROR no ${repeated}`]);
    assert.deepEqual(refused, {
      kind: "failed",
      reason: "unexpected",
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

test("memcached takes a login, and no role", () => {
  assert.deepEqual(settled("type: memcached, user: probe, password_file: p"), {
    type: "memcached",
    address: null,
    port: null,
    user: "probe",
    passwordFile: "/etc/lvsd/p",
    tls: null,
  });
  assert.match(refusal("type: memcached, role: any"), /type memcached has no/);
});
