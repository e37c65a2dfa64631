import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine } from "../../src/keys/command-shape.ts";
import { read } from "./read.ts";

test("a command is a program's path, alone or with its arguments", () => {
  assert.deepEqual(read(commandLine, "/bin/on").value, { command: "/bin/on", args: [] });
  assert.deepEqual(read(commandLine, "[/bin/on, -v, 3]").value, {
    command: "/bin/on",
    args: ["-v", "3"],
  });
  assert.equal(commandLine.print?.({ command: "/bin/on", args: ["-v"] }), "/bin/on -v");
});

test("a path does not depend on where the daemon was started, and a list has a program", () => {
  assert.match(read(commandLine, "on").said[0] ?? "", /give a path that begins with \//);
  assert.match(read(commandLine, "[on, x]").said[0] ?? "", /^1:2: key\[0\]: /);
  assert.match(read(commandLine, "[]").said[0] ?? "", /has no program/);
});
