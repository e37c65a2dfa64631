import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readStatements } from "../../../../src/config/import/piranha/statements.ts";
import { first, value } from "./read.ts";

describe("what Piranha's parser refuses is refused, at its place", () => {
  const refused: readonly (readonly [what: string, text: string, message: string])[] = [
    ["an empty file", "", "1:1: Empty configuration"],
    ["a trailing comment", "primary = 192.0.2.1 # here", "1:21: unexpected arguments"],
    [
      "= without blanks",
      "primary=192.0.2.1",
      '1:1: unknown command "primary=192.0.2.1" outside blocks',
    ],
    ["= glued to the value", "primary =192.0.2.1", "1:9: equal (=) expected after command"],
    ["a value that is missing", "primary =", "1:1: missing arguments"],
    ["a glued brace", "virtual v{\n}", "1:1: missing arguments"],
    ["a brace on the next line", "virtual v\n{\n}", "1:1: missing arguments"],
    ["words behind the brace", "virtual v { x\n}", "1:13: unexpected arguments"],
    ["a brace that closes nothing", "}", '1:1: unknown command "}"'],
    ["a server outside", "server s {\n}", '1:1: unknown command "server"'],
    ["yes as a boolean", "heartbeat = yes", "1:13: heartbeat: boolean expected"],
    ["2 as a boolean", "heartbeat = 2", "1:13: heartbeat: boolean expected"],
    ["a number with a unit", "keepalive = 6s", "1:13: keepalive: integer expected"],
    [
      "a scheduler of later kernels",
      "virtual v {\nscheduler = sed\n}",
      "2:13: scheduler: invalid argument",
    ],
    [
      "an upper-case keyword",
      "Primary = 192.0.2.1",
      '1:1: unknown command "Primary" outside blocks',
    ],
    [
      "what only the GUI writes",
      "virtual v {\nexpect_program = x\n}",
      '2:1: unknown command "expect_program" in a virtual block',
    ],
    [
      "a service name as a real server's port",
      "virtual v {\nserver s {\nport = http\n}\n}",
      "3:8: port: integer expected",
    ],
    [
      "an address without a device",
      "virtual v {\naddress = 192.0.2.1\n}",
      "2:11: missing arguments",
    ],
    ["0.0.0.0 as primary", "primary = 0.0.0.0", "1:11: primary: invalid host name or ip address"],
    ["a mask in bits", "nat_nmask = /24", "1:13: nat_nmask: Bad subnet mask specified"],
    ["a list without brackets", "virtual v {\ndirs = a\n}", "2:8: list expected"],
  ];
  for (const [what, text, message] of refused) test(what, () => assert.equal(first(text), message));
});

describe("what Piranha accepts is accepted", () => {
  test("a repeated keyword: the last one wins", () => {
    assert.equal(value("debug_level = a\ndebug_level = b"), "b");
  });

  test("two blocks of one name are two", () => {
    const { root } = readStatements("virtual v {\nport = 1\n}\nvirtual v {\nport = 2\n}\n", false);
    assert.equal(root.blocks.length, 2);
  });

  test("words behind a closing brace, an end inside a block, an unreadable pmask", () => {
    const text = "virtual v {\npmask = hello\n} end\nvirtual w {\nport = http\n";
    const { root, wrong } = readStatements(text, false);
    assert.deepEqual(wrong, []);
    assert.equal(root.blocks[0]?.values.get("pmask")?.text, "");
    assert.equal(root.blocks[1]?.values.get("port")?.number, 80);
  });
});

test("lenient notes each thing that it read as it was meant", () => {
  const text = "primary=192.0.2.1 # ours\nvirtual v{\nactive = yes\nnonsense here\n}\n";
  const { root, wrong, meant } = readStatements(text, true);
  assert.deepEqual(wrong, []);
  assert.equal(root.values.get("primary")?.text, "192.0.2.1");
  assert.equal(root.blocks[0]?.values.get("active")?.number, 1);
  assert.deepEqual(
    meant.map(({ line }) => line),
    [1, 2, 3, 4],
  );
});
