import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import { converse } from "./asked.ts";

describe("the console's server", () => {
  it("refuse forms that are too large, of another kind, or no HTTP at all", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const token = await visitor.tokenOf("/control");
    const large = await visitor.post("/control/reload", { token, x: "x".repeat(70_000) });
    assert.equal(large.status, 413);
    const json = await visitor.post(
      "/control/reload",
      { token },
      { "content-type": "application/json" },
    );
    assert.equal(json.status, 415);
    const port = Number(new URL(served.url).port);
    assert.match(await converse(port, "nonsense\r\n\r\n"), /^HTTP\/1\.1 400/);
    const head = `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(40_000)}\r\n\r\n`;
    assert.match(await converse(port, head), /^HTTP\/1\.1 431/);
    assert.equal(served.daemon.forced.length, 0);
    assert.equal((await visitor.get("/control")).status, 200);
  });

  it("wait for no request that does not arrive, in its head, its form or its files", async (t) => {
    const served = await serveConsole(t, { requestMs: 400 });
    const visitor = await visitorAs(served, "admin");
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const head = (type: string) =>
      `POST /import/read HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\n\r\n`;
    const port = Number(new URL(served.url).port);
    const slow = [
      "",
      "GET /login HTTP/1.1\r\nhost: x\r\n",
      `${head("application/x-www-form-urlencoded")}token=`,
      `${head("multipart/form-data; boundary=b")}--b\r\ncontent-disposition: form-data; name=x\r\n\r\n`,
    ];
    const began = performance.now();
    const said = await Promise.all(slow.map((bytes) => converse(port, bytes)));
    for (const answer of said) assert.ok(answer === "" || /^HTTP\/1\.1 4/.test(answer), answer);
    assert.ok(performance.now() - began < 10_000);
    assert.equal((await visitor.get("/control")).status, 200);
  });

  it("keep no connection whose answers nobody reads", async (t) => {
    const assets = mkdtempSync(join(tmpdir(), "lvsd-large-assets-"));
    t.after(() => rmSync(assets, { recursive: true }));
    writeFileSync(join(assets, "console.js"), Buffer.alloc(8 * 1024 * 1024, "x"));
    const served = await serveConsole(t, { requestMs: 200, assets });
    const visitor = await visitorAs(served, "admin");
    const [script] = /\/assets\/console-\w+\.js/.exec((await visitor.get("/help")).text) ?? [];
    const request = `GET ${script} HTTP/1.1\r\nhost: x\r\n\r\n`;
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    // More than two sockets hold: the console cannot have written all of it when it ends this.
    socket.write(request.repeat(20));
    await once(socket, "connect");
    // What is written to it, or read, would be a sign of life: so the kernel is asked for the console's end.
    const hex = (port = 0): string => `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const established = new RegExp(`${hex(socket.remotePort)} \\S+${hex(socket.localPort)} 01 `);
    while (established.test(readFileSync("/proc/net/tcp", "utf8")))
      await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    assert.equal((await visitor.get("/control")).status, 200);
  });

  it("ask a stranger for nothing before the login: its form is not read", async (t) => {
    const { url } = await serveConsole(t);
    const port = Number(new URL(url).port);
    const head =
      "POST /control/reload HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\nconnection: close\r\n\r\n";
    // The answer comes although the body never does.
    assert.match(await converse(port, head), /^HTTP\/1\.1 303/);
  });
});
