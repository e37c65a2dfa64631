import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { controlClient, UnknownRequest } from "../../src/control/client.ts";
import { MachineError } from "../../src/model/error.ts";
import { asNobody } from "../system/nobody.ts";

function socketPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-client-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, "lvsd.sock");
}

/** A server that says `answer` to whatever it hears, then hangs up. */
async function impostor(t: TestContext, answer: string): Promise<string> {
  const path = socketPath(t);
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  return path;
}

test("an absent daemon is named, with the way out", async (t) => {
  const path = socketPath(t);
  const expected = new MachineError(
    `no daemon answers at ${path}: there is no such socket; is it running? systemctl status lvsd`,
  );
  const client = controlClient(path);
  await assert.rejects(client.status(), expected);
  await assert.rejects(client.reload(), expected);
  await assert.rejects(client.history(), expected);
});

test("a socket that may not be used names who may", async (t) => {
  const path = await impostor(t, "");
  chmodSync(path, 0);
  const expected = new MachineError(
    `${path} may not be used: permission denied; root and members of the group lvsd-operators may`,
  );
  await asNobody(() => assert.rejects(controlClient(path).status(), expected));
});

const body = '{"version":"0.1.0"}';
const good = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

test("a daemon that does not know a request is of another version", async (t) => {
  const problem = '{"ok":false,"problems":[{"message":"/v1/reload does not exist"}]}';
  const head = `HTTP/1.1 404 Not Found\r\ncontent-length: ${problem.length}\r\nconnection: close`;
  const path = await impostor(t, `${head}\r\n\r\n${problem}`);
  const expected = (what: string) =>
    new UnknownRequest(
      `the daemon at ${path} does not know ${what}: it is of another version; lvsd restart starts the version that is installed`,
    );
  const client = controlClient(path);
  await assert.rejects(client.reload(), expected("POST /v1/reload"));
  await assert.rejects(client.history(), expected("GET /v1/events?follow=false"));
  await assert.rejects(client.reload(), UnknownRequest);
});

test("an answer from somebody else is a MachineError, never a report", async (t) => {
  assert.deepEqual(await controlClient(await impostor(t, good)).status(), JSON.parse(body));
  for (const bad of [
    "",
    "220 mail.example.com ESMTP\r\n",
    good.slice(0, -3),
    good.replace(body, '"version":"0.1.0"}}'),
    "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull",
    "HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\n{}",
  ]) {
    const client = controlClient(await impostor(t, bad));
    await assert.rejects(client.status(), MachineError, JSON.stringify(bad));
  }
});
