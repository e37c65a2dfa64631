/** The `dialogue` of a send_expect check: steps in their order, the first of which may wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sendExpectCheck, serve, tryOnce } from "../../checks/servers.ts";
import { accepted, readText, refused } from "../../config/texts.ts";

const text = (
  check: string,
  protocol = "tcp",
): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  mail:
    address: 192.0.2.2
    port: 25
    protocol: ${protocol}
    device: eth0
    check: ${check}
    real_servers: { rs1: { address: 192.0.2.3 } }
`;

const bytes = (said: string) => ({ kind: "bytes", bytes: Buffer.from(said) }) as const;
const greets = [
  { send: null, expect: bytes("220 ") },
  { send: Buffer.from("EHLO lvsd\r\n"), expect: bytes("250") },
];

test("steps are read in their order, with their escapes", () => {
  const dialogue = "[{ expect: '220 ' }, { send: 'EHLO lvsd\\r\\n', expect: '250' }]";
  const config = accepted(readText(text(`{ type: send_expect, dialogue: ${dialogue} }`)));
  const check = config.virtualServers[0]?.realServers[0]?.check;
  assert.ok(check?.type === "send_expect");
  assert.equal(check.steps.length, 2);
  assert.equal(check.steps[0]?.send, null);
  assert.equal(Buffer.from(check.steps[1]?.send ?? []).toString(), "EHLO lvsd\r\n");
});

test("a server that refuses who speaks before its greeting passes", async (context) => {
  const server = await serve(context, (socket) => {
    let greeted = false;
    socket.on("data", (said) => {
      if (!greeted) socket.end("554 synchronization error\r\n");
      else if (said.toString() === "EHLO lvsd\r\n") socket.write("250 mail\r\n");
    });
    setImmediate(() => {
      greeted = true;
      socket.write("220 mail ESMTP\r\n");
    });
  });
  const tried = await tryOnce(sendExpectCheck({ steps: greets }), server);
  assert.equal(tried.kind, "passed", JSON.stringify(tried));
});

test("a wrong answer names its step", async (context) => {
  const server = await serve(context, (socket) => {
    socket.write("220 mail ESMTP\r\n");
    socket.on("data", () => socket.end());
  });
  const tried = await tryOnce(sendExpectCheck({ steps: greets }), server);
  assert.ok(tried.kind === "failed");
  assert.match(tried.why, /^step 2: /);
});

const refusals: readonly (readonly [check: string, protocol: string, said: RegExp])[] = [
  ["{ send: a, dialogue: [{ expect: b }] }", "tcp", /takes the place of `send` and `expect`/],
  ["{ dialogue: [{ send: a }] }", "tcp", /awaits nothing/],
  ["{ dialogue: [{ expect: a }] }", "udp", /steps need TCP/],
  ["{ dialogue: [{ expect: '\\q' }] }", "tcp", /dialogue: expect: unknown escape/],
  ["{ dialogue: [{ expect: '(', regex: true }] }", "tcp", /dialogue: expect: /],
  ["{ dialogue: [{ expects: a }] }", "tcp", /unknown key "expects"/],
];

for (const [check, protocol, said] of refusals)
  test(`refused: ${check} over ${protocol}`, () => {
    const typed = check.replace("{ ", "{ type: send_expect, ");
    const problems = refused(readText(text(typed, protocol)));
    assert.ok(
      problems.some(({ message }) => said.test(message)),
      JSON.stringify(problems),
    );
  });
