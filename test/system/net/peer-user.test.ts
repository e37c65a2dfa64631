import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { peerUser } from "../../../src/system/net/peer-user.ts";

describe("the user at the other end", { timeout: 240_000 }, () => {
  test("are those of the user that the kernel names", async (t) => {
    const path = join(mkdtempSync(join(tmpdir(), "lvsd-user-")), "s");
    t.after(() => rmSync(dirname(path), { recursive: true }));
    const users: (number | null)[] = [];
    const server = createServer((socket) => {
      users.push(peerUser(socket));
      socket.destroy();
    }).listen(path);
    t.after(() => server.close());
    await once(server, "listening");
    await once(connect(path).resume(), "close");
    assert.deepEqual(users, [process.geteuid?.()]);
    if (process.geteuid?.() !== 0) return;
    for (const each of [dirname(path), path]) chmodSync(each, 0o777);
    const program = `require("net").connect(${JSON.stringify(path)}).resume()`;
    const child = spawn(process.execPath, ["-e", program], { uid: 65534, stdio: "ignore" });
    await once(child, "exit");
    // Where the kernel does not let it run as nobody, it has not connected either.
    assert.deepEqual(users.slice(1), users.length > 1 ? [65534] : []);
    assert.equal(peerUser(new (await import("node:net")).Socket()), null, "and none of no socket");
  });
});
