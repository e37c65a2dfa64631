import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";

const piranha = `serial_no = 12
primary = 192.168.26.9
service = lvs
backup_active = 1
backup = 192.168.26.8
heartbeat = 1
keepalive = 6
deadtime = 18
network = direct
debug_level = NONE
virtual web {
     active = 1
     address = 192.168.26.10 eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     load_monitor = none
     scheduler = wlc
     protocol = tcp
     timeout = 6
     reentry = 15
     quiesce_server = 0
     server rs1 {
         address = 10.11.12.1
         active = 1
         weight = 1
     }
}
`;

const evil = `"><script>alert(1)</script>`;

/** Sends files as a browser does. */
async function upload(
  visitor: Visitor,
  files: readonly (readonly [name: string, text: string | Buffer])[],
  fields: Readonly<Record<string, string>> = {},
  path = "/import/read",
) {
  const form = new FormData();
  form.append("token", await visitor.tokenOf("/import"));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, text] of files)
    form.append(
      "upload",
      new Blob([typeof text === "string" ? text : Uint8Array.from(text)]),
      name,
    );
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(new URL(path, visitor.url), {
    ...{ method: "POST", body: form, headers: { cookie }, redirect: "manual" },
  });
  return { status: answer.status, text: await answer.text() };
}

const yamlIn = (page: string): string =>
  (/<textarea id="yaml"[^>]*>\n([^<]*)<\/textarea>/.exec(page)?.[1] ?? "")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");

describe("IMPORT", () => {
  it("reads a file that is uploaded, reports below its lines, and makes it the draft", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    const { status, text } = await upload(visitor, [["lvs.cf", piranha]]);
    assert.equal(status, 200);
    assert.match(text, /Read as files of piranha/);
    assert.match(text, /<th scope="row" class="number">\d+<\/th><td><code>/);
    const yaml = yamlIn(text);
    assert.match(yaml, /primary: \{ public: 192\.168\.26\.9 \}/);
    const taken = await visitor.submit("/import", "/import/take", { yaml });
    assert.deepEqual([taken.status, taken.location], [303, "/review"]);
    const review = (await visitor.get("/review")).text;
    assert.match(review, /It is the draft now/);
    assert.match(review, /192\.168\.26\.9/);
  });

  it("reads files that are pasted, several of them, as browsers send them", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const crlf = piranha.replaceAll("\n", "\r\n");
    const { status, text } = await visitor.submit("/import", "/import/read", {
      ...{ name: "lvs.cf", text: crlf, from: "piranha" },
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

  it("names at the field what is no address, and below the line what cannot be read", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const wrong = await upload(visitor, [["lvs.cf", piranha]], { primary: "nowhere" });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /aria-describedby="primary-wrong"/);
    // The file need not be chosen again.
    assert.match(wrong.text, /serial_no = 12/);
    const broken = await upload(visitor, [["lvs.cf", piranha.replace("wlc", "xyz")]]);
    assert.equal(broken.status, 422);
    assert.match(
      broken.text,
      /class="number">17<\/th><td><code> {5}scheduler = xyz<\/code><p class="note">/,
    );
    assert.equal((await upload(visitor, [])).status, 422);
  });

  it("shows what is hostile in names, lines and findings as text", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const hostile = piranha
      .replace("virtual web", `virtual ${evil}`)
      .replace("debug_level = NONE", `debug_level = ${evil}\nunknown_${evil} = 1`);
    for (const text of [hostile, evil, `! Configuration File\nvrrp_instance ${evil} {\n`]) {
      const answer = await upload(visitor, [[`${evil}.cf`, text]], { from: "" });
      assert.doesNotMatch(answer.text, /<script>alert/);
      assert.match(answer.text, /&lt;script&gt;/);
    }
    const latin = Buffer.from(`# M\xfcller\n${piranha}`, "latin1");
    assert.equal((await upload(visitor, [["lvs.cf", latin]])).status, 200);
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
      ...{ method: "POST", redirect: "manual", body: new FormData() },
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
