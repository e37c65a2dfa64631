import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { piranha, upload } from "../import/imported.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

/** What a server says to these bytes. */
function converse(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let said = "";
    socket.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    socket.on("error", reject).on("close", () => resolve(said));
  });
}

describe("files of a form", () => {
  it("reads files that are pasted, several of them, as browsers send them", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const crlf = piranha.replaceAll("\n", "\r\n");
    const { status, text } = await visitor.submit("/import", "/import/read", {
      name: "lvs.cf",
      text: crlf,
      from: "piranha",
    });
    assert.equal(status, 200);
    assert.match(text, /<h3 lang="en">lvs\.cf<\/h3>/);
    const both = await upload(visitor, [
      ["a.cf", piranha],
      ["b.cf", piranha.replace("192.168.26.9", "192.168.26.7")],
    ]);
    assert.equal(both.status, 422);
    assert.match(both.text, /differs from a\.cf/);
  });

  it("bounds what is sent, and takes files nowhere else", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const large = "#".repeat(5 * 1024 * 1024);
    assert.equal((await upload(visitor, [["x", large]])).status, 413);
    const many = Array.from({ length: 20 }, (_, at) => [`f${at}`, "x"] as const);
    assert.equal((await upload(visitor, many)).status, 413);
    assert.equal((await upload(visitor, [["x", "x"]], {}, "/control/reload")).status, 415);
    assert.equal((await upload(visitor, [["x", "x"]], {}, "/view")).status, 415);
    assert.equal((await visitor.get("/control")).status, 200);
    const reader = await visitorAs(served, "reader");
    assert.equal((await reader.get("/import")).status, 403);
    const stranger = await fetch(new URL("/import/read", served.url), {
      method: "POST",
      redirect: "manual",
      body: new FormData(),
    });
    assert.equal(stranger.status, 303);
  });

  it("answers a form with files that is no such form", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const { port } = new URL(served.url);
    for (const [type, body] of [
      ["multipart/form-data", "x"],
      ["multipart/form-data; boundary=b", "--b\r\nnonsense"],
      ["multipart/form-data; boundary=b", "--b\r\n\r\n"],
      ["multipart/form-data; boundary=b", ""],
    ] as const) {
      const said = await converse(
        Number(port),
        `POST /import/read HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      assert.match(said, /^HTTP\/1\.1 (?:400|403) /, `${type} ${body}`);
    }
    assert.equal((await visitor.get("/import")).status, 200);
  });
});
