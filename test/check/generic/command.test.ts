import assert from "node:assert/strict";
import { test } from "node:test";
import { command } from "../../../src/check/generic/command.ts";
import { ms } from "../../../src/model/time.ts";
import { refusal, settled } from "../settled.ts";

test("a program runs without arguments, and its status decides", () => {
  assert.deepEqual(settled("type: command, command: /bin/ask"), {
    type: "command",
    command: "/bin/ask",
    args: [],
    convention: null,
    environment: {},
    expect: null,
    regex: false,
  });
});

test("numbers and words are arguments, as are signs of a real server", () => {
  const given = "args: ['%h', 80], environment: { DEBUG: true }, expect: '^up', regex: true";
  assert.deepEqual(settled(`type: command, command: /bin/ask, ${given}`), {
    type: "command",
    command: "/bin/ask",
    args: ["%h", "80"],
    convention: null,
    environment: { DEBUG: "true" },
    expect: "^up",
    regex: true,
  });
});

test("VIP and weight are filled in for each virtual and real server, address and port are not", () => {
  const rhythm = { interval: ms(1), timeout: ms(1), fall: 1, rise: 1 };
  const check = {
    type: "command" as const,
    ...rhythm,
    command: "/bin/ask" as const,
    environment: {},
    args: ["%v/%w", "%h:%p"],
    convention: null,
    expect: null,
    regex: false,
  };
  const by = { vip: "192.0.2.2", port: 80, weight: 3 };
  assert.deepEqual(command.served?.(check, by).args, ["192.0.2.2/3", "%h:%p"]);
  const old = { ...check, args: ["-v"], convention: "ldirectord" } as const;
  assert.deepEqual(command.served?.(old, by).args, ["-v", "192.0.2.2", "80", "%h", "%p"]);
});

const refusals: readonly [keys: string, why: RegExp][] = [
  ["args: [x]", /command is missing/],
  ["command: ask", /absolute path|ask/],
  ["command: /bin/ask, convention: nagios", /unknown convention "nagios"/],
  ["command: /bin/ask, environment: { A-B: x }", /"A-B" is no variable/],
  ["command: /bin/ask, expect: ''", /an empty text is in every answer/],
  ["command: /bin/ask, regex: true", /there is no `expect`/],
  ["command: /bin/ask, port: 80", /type command has no/],
];
for (const [keys, why] of refusals)
  test(`a command with ${keys} is refused`, () =>
    assert.match(refusal(`type: command, ${keys}`), why));
