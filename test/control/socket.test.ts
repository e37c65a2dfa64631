import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { controlClient } from "../../src/control/client.ts";
import { startControlServer } from "../../src/control/server.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";
import { alive, serve } from "./serving.ts";

describe("the socket", { timeout: 20_000 }, () => {
  const start = (socketPath: string, warnings: string[] = []) =>
    startControlServer({
      socketPath,
      controlled: new ScriptedDaemon(),
      warn: (text) => warnings.push(text),
    });

  test("is open to the group where there is one, else to its owner only, with a warning", async (t) => {
    const { path, warnings } = await serve(t);
    const mode = statSync(path).mode & 0o777;
    if (warnings.length === 0) assert.equal(mode, 0o660);
    else {
      assert.equal(mode, 0o600);
      assert.match(warnings[0] ?? "", /group lvsd-operators .*only its owner may use/);
    }
  });

  test("is not taken from a daemon that answers", async (t) => {
    const serving = await serve(t);
    await assert.rejects(start(serving.path), /another daemon answers at .*lvsd\.sock/);
    await alive(serving);
  });

  test("is taken over from a daemon that died", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lvsd.sock");
    const dead = createServer().listen(path);
    await new Promise((resolve) => dead.once("listening", resolve));
    // The file of a killed process stays; libuv removes its own, so keep a second name for it.
    const { linkSync, renameSync } = await import("node:fs");
    linkSync(path, `${path}.kept`);
    await new Promise((resolve) => dead.close(resolve));
    renameSync(`${path}.kept`, path);
    const server = await start(path);
    t.after(() => server.close());
    assert.equal((await controlClient(path).status()).state, "active");
  });

  test("does not replace a file of another kind", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-control-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "lvsd.sock");
    writeFileSync(path, "precious");
    chmodSync(path, 0o600);
    await assert.rejects(start(path), /in the way and is no socket/);
    assert.ok(existsSync(path));
  });

  test("cannot lie deeper than a socket's path is long", async () => {
    await assert.rejects(start(`/tmp/${"d".repeat(110)}/lvsd.sock`), /107 bytes at most/);
  });
});
