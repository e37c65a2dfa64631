import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { answersOf, declareAnswers, type TypedAnswers } from "../../src/cli/answers.ts";

function typed(...words: readonly string[]): object {
  const command = declareAnswers(new Command()).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  command.parse(words, { from: "user" });
  return answersOf(command.opts<TypedAnswers>());
}

test("what is typed becomes addresses, and what is left out stays open", () => {
  assert.deepEqual(typed(), {});
  assert.deepEqual(
    typed("--primary", "192.0.2.1,10.0.0.1", "--backup", "192.0.2.2", "--vip", "192.0.2.9/24"),
    {
      primary: { public: "192.0.2.1", private: "10.0.0.1" },
      backup: { public: "192.0.2.2", private: null },
      vip: { address: "192.0.2.9", length: 24 },
    },
  );
  assert.deepEqual(typed("--backup", "none"), { backup: null });
  assert.deepEqual(typed("--real-server", "10.0.0.1", "--real-server", "10.0.0.2"), {
    realServers: ["10.0.0.1", "10.0.0.2"],
  });
});

test("what is no address is refused", () => {
  assert.throws(() => typed("--primary", "lb1"), /This is no IP address/);
  assert.throws(() => typed("--primary", "192.0.2.1,10.0.0.1,x"), /PUBLIC,PRIVATE/);
  assert.throws(() => typed("--vip", "192.0.2.9/99"), /no IP address with a prefix length/);
});
