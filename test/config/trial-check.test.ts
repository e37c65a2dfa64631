import assert from "node:assert/strict";
import { test } from "node:test";
import { readTrialCheck } from "../../src/config/trial-check.ts";

const read = (given: unknown, protocol: "tcp" | "udp" = "tcp") => {
  const result = readTrialCheck(given, { protocol });
  return "problems" in result ? result.problems.map(({ message }) => message).join("; ") : result;
};

test("a check for one try has the keys and defaults of any other", () => {
  assert.deepEqual(read({ type: "tcp", port: 81 }), {
    type: "tcp",
    interval: 2000,
    timeout: 2000,
    fall: 2,
    rise: 1,
    address: null,
    port: 81,
    tls: null,
  });
});

test("what is wrong with it is said without a place", () => {
  assert.match(String(read({ type: "tpc" })), /unknown type of check "tpc"|unknown/);
  assert.match(String(read({ type: "http", path: "x" })), /path/);
  assert.match(String(read("tcp")), /./);
});

test("it names no program and no file: who may try checks must not run or read those", () => {
  assert.match(String(read({ type: "command", command: "/bin/ls" })), /names no program/);
  assert.match(String(read({ type: "file", file: "/etc/shadow" })), /names no file/);
  const login = { type: "pop3", user: "u", password_file: "/etc/shadow" };
  assert.match(String(read(login)), /password_file: .* names no file/);
});
