import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText, refused } from "./texts.ts";

const text = (notify: string): string => `routers:
  primary: { public: 192.0.2.1 }
notify: ${notify}
virtual_servers:
  web: { address: 192.0.2.2, port: 80, real_servers: { rs1: { address: 10.0.0.3 } } }
`;

test("notify.command is a program, alone or with its arguments", () => {
  const { notify } = accepted(readText(text("{ command: /usr/local/bin/on-event }")));
  assert.deepEqual(notify.command, { command: "/usr/local/bin/on-event", args: [] });
  const { notify: words } = accepted(readText(text("{ command: [/bin/logger, -t, lvsd] }")));
  assert.deepEqual(words.command, { command: "/bin/logger", args: ["-t", "lvsd"] });
});

test("notify.command without a path is refused: it would depend on where lvsd was started", () => {
  const [problem] = refused(readText(text("{ command: logger -t lvsd }")));
  assert.match(problem?.message ?? "", /notify\.command: .*is not the absolute path of a program/);
  assert.equal(problem?.line, 3);
});
