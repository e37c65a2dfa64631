import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { bodyBytesMax } from "../../src/check/http-answer.ts";
import type { Tried } from "../../src/checks/check.ts";
import type { HttpCheck } from "../../src/config/config.ts";
import {
  httpCheck,
  lenient,
  loopback,
  nobody,
  selfSigned,
  serve,
  serveTls,
  short,
  talk,
  tryOnce,
  until,
} from "./servers.ts";

const failure = (tried: Tried): string =>
  tried.kind === "failed" ? `${tried.reason}: ${tried.why}` : "passed";

/** Answers each request with these bytes, as they are. */
const saying = (answer: string | Uint8Array) => (socket: Socket) =>
  socket.once("data", () => socket.write(answer));

const page = (body: string, status = "200 OK"): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const talkFor = (socket: Socket, head: string, piece: string): void => {
  socket.once("data", () => {
    socket.write(head);
    talk(socket, piece);
  });
};

const answers: [string, (socket: Socket) => void, Partial<HttpCheck>, RegExp][] = [
  ["passes status 200", saying(page("hello")), {}, /^passed$/],
  [
    "passes a status of its ranges",
    saying(page("", "302 Found")),
    { status: [{ from: 300, to: 399 }] },
    /^passed$/,
  ],
  [
    "fails another status",
    saying(page("", "503 No")),
    {},
    /^unexpected: status 503, expected 200-299$/,
  ],
  [
    "follows no redirect",
    saying("HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
    {},
    /status 301/,
  ],
  ["passes the expected text", saying(page("all is well")), { expect: "well" }, /^passed$/],
  [
    "passes without the text that must be absent",
    saying(page("all is well")),
    { expect: "maintenance", absent: true },
    /^passed$/,
  ],
  [
    "fails with a match of the pattern that must be absent",
    saying(page("in maintenance")),
    { expect: "main.*ce$", regex: true, absent: true },
    /^unexpected: a match of the pattern that must be absent is in the answer$/,
  ],
  [
    "says that a body is compressed, which hides the text",
    saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0"),
    { expect: "well" },
    /^unexpected: 4 bytes of answer without the expected text; it is compressed \(Content-Encoding: "gzip"\)$/,
  ],
  [
    "fails a compressed body, in which nothing can be seen to be absent",
    saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0"),
    { expect: "maintenance", absent: true },
    /^unexpected: whether the text is absent cannot be seen: it is compressed \(Content-Encoding: "gzip"\)$/,
  ],
  [
    "fails a page without it",
    saying(page("all is ill")),
    { expect: "well" },
    /^unexpected: 10 bytes/,
  ],
  [
    "passes a match",
    saying(page("load 0.42")),
    { expect: "^load 0\\.\\d+$", regex: true },
    /^passed$/,
  ],
  [
    "fails without a match",
    saying(page("load 9")),
    { expect: "^load 0", regex: true },
    /^unexpected: .*pattern/,
  ],
  [
    "passes HEAD",
    saying("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
    { method: "HEAD" },
    /^passed$/,
  ],
  [
    "skips informational answers",
    saying(`HTTP/1.1 103 Early\r\n\r\n${page("ok")}`),
    { expect: "ok" },
    /^passed$/,
  ],
  [
    "passes a page that ends with the connection",
    (s) => s.once("data", () => s.end("HTTP/1.0 200 OK\r\n\r\nold")),
    { expect: "old" },
    /^passed$/,
  ],
  [
    "fails a page cut short",
    (s) => s.once("data", () => s.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")),
    {},
    /^closed: .*before the answer was complete: 2 of 9 bytes of its body$/,
  ],
  [
    "fails a page of chunks cut short",
    (s) =>
      s.once("data", () =>
        s.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
      ),
    {},
    /^closed: .*before the answer was complete: 2 bytes of its body, without the last chunk$/,
  ],
  ["fails a reset", (s) => s.once("data", () => s.resetAndDestroy()), {}, /^closed: /],
  ["fails a close without a word", (s) => s.end(), {}, /^closed: /],
  ["fails silence at the deadline", () => {}, short, /^timeout: no complete answer within 200ms$/],
  [
    "fails a page that stalls",
    saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"),
    short,
    /^timeout: /,
  ],
  ["fails another protocol", saying("220 mail ready\r\n"), {}, /^unreadable: no HTTP answer/],
  [
    "fails binary garbage",
    saying(Uint8Array.from({ length: 4096 }, (_, i) => (i * 151) % 256)),
    {},
    /^unreadable: [ -~]{1,150}$/,
  ],
  [
    "fails an endless head",
    (s) => talkFor(s, "HTTP/1.1 200 OK\r\n", `X: ${"x".repeat(999)}\r\n`),
    {},
    /^too-long: the head/,
  ],
  [
    "fails an endless page",
    (s) => talkFor(s, "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(65_536)),
    {},
    /^too-long: the answer/,
  ],
];

describe("an http check", () => {
  for (const [name, answer, changes, judged] of answers) {
    it(name, async (context) => {
      const server = await serve(context, answer);
      const tried = await tryOnce(httpCheck(changes), server);
      assert.match(failure(tried), judged);
      assert.ok(tried.took < 2_000, `took ${tried.took} ms`);
      await until("the connection is gone", () => server.connections.size === 0);
    });
  }

  it("reads a page up to its bound", async (context) => {
    const server = await serve(context, saying(page(`${"x".repeat(bodyBytesMax - 4)}last`)));
    assert.equal(failure(await tryOnce(httpCheck({ expect: "last" }), server)), "passed");
  });

  it("fails at once where nobody listens", async (context) => {
    const tried = await tryOnce(httpCheck(), await nobody(context));
    assert.equal(failure(tried), "unreachable: connection refused");
  });

  it("asks for what is configured, on a connection that is not kept", async (context) => {
    let request = "";
    const server = await serve(context, (socket) =>
      socket.once("data", (heard) => {
        request = heard.toString("latin1");
        socket.write(page(""));
      }),
    );
    const check = httpCheck({
      path: "/health?deep=1",
      host: "www.example",
      headers: { "X-Lvs": "1" },
    });
    assert.equal(failure(await tryOnce(check, server)), "passed");
    assert.match(request, /^GET \/health\?deep=1 HTTP\/1\.1\r\n/);
    assert.match(request, /\r\nhost: www\.example\r\n/i);
    assert.match(request, /\r\nx-lvs: 1\r\n/i);
    assert.match(request, /\r\nconnection: close\r\n/i);
    await tryOnce(httpCheck(), server);
    assert.match(request, new RegExp(`\r\nhost: 127\\.0\\.0\\.1:${server.port}\r\n`, "i"));
  });

  it("lets the check's headers stand for its own, in any case of letters", async (context) => {
    let request = "";
    const server = await serve(context, (socket) =>
      socket.once("data", (heard) => {
        request = heard.toString("latin1");
        socket.write(page(""));
      }),
    );
    const headers = { "User-Agent": "probe", HOST: "hidden.example" };
    assert.equal(failure(await tryOnce(httpCheck({ headers }), server)), "passed");
    assert.deepEqual(request.match(/user-agent: .*/gi), ["user-agent: probe"]);
    assert.deepEqual(request.match(/host: .*/gi), ["host: hidden.example"]);
  });

  it("takes no proxy from the environment", async (context) => {
    const server = await serve(context, saying(page("")));
    process.env.http_proxy = "http://127.0.0.1:1";
    context.after(() => delete process.env.http_proxy);
    assert.equal(failure(await tryOnce(httpCheck(), server)), "passed");
  });
});

describe("an https check", () => {
  it("passes without verification, by any name", async (context) => {
    const server = await serveTls(context, saying(page("ok")));
    assert.equal(failure(await tryOnce(httpCheck({ type: "https" }), server)), "passed");
  });

  it("verifies the name against the file of authorities", async (context) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-checks-"));
    context.after(() => rmSync(directory, { recursive: true }));
    const ca = join(directory, "ca.pem");
    writeFileSync(ca, selfSigned().certificate);
    const server = await serveTls(context, saying(page("ok")));
    const strict = (tls: Partial<HttpCheck["tls"]>, host: string | null = null) =>
      tryOnce(
        httpCheck({ type: "https", host, tls: { ...lenient, verify: true, ...tls } }),
        server,
      );
    assert.equal(failure(await strict({ ca, sni: "real.example" })), "passed");
    assert.equal(failure(await strict({ ca }, "real.example:443")), "passed");
    assert.match(failure(await strict({ ca, sni: "other.example" })), /^tls: /);
    assert.match(failure(await strict({ ca })), /^tls: /);
    assert.match(failure(await strict({ sni: "real.example" })), /^tls: /);
    assert.match(
      failure(await strict({ ca: join(directory, "none.pem") })),
      /^local: tls\.ca .*none\.pem: there is no such file/,
    );
  });

  it("takes a truncated or empty file of authorities for this machine's own trouble", async (context) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-checks-"));
    context.after(() => rmSync(directory, { recursive: true }));
    const server = await serveTls(context, saying(page("ok")));
    const whole = selfSigned().certificate;
    const files: [string, RegExp][] = [
      ["", /^local: .*no certificate in PEM/],
      [whole.slice(0, -60), /^local: .*ends within a certificate/],
      [
        whole.replace(/[A-Za-z0-9+/]{40}/, "A".repeat(40)),
        /^local: .*certificate 1 cannot be read/,
      ],
    ];
    for (const [index, [text, judged]] of files.entries()) {
      const ca = join(directory, `${index}.pem`);
      writeFileSync(ca, text);
      const tls = { ...lenient, verify: true, ca };
      assert.match(failure(await tryOnce(httpCheck({ type: "https", tls }), server)), judged);
    }
  });

  it("says in plain words why a handshake failed", async (context) => {
    const server = await serveTls(context, saying(page("ok")));
    const tls = { ...lenient, verify: true, sni: "real.example" };
    const self = failure(await tryOnce(httpCheck({ type: "https", tls }), server));
    assert.equal(self, "tls: the certificate is self-signed and not among the authorities");
    const plain = await serve(context, (socket) => socket.once("data", () => socket.end("no TLS")));
    const other = failure(await tryOnce(httpCheck({ type: "https" }), plain));
    assert.match(other, /^tls: /);
    assert.doesNotMatch(other, /error:|\.c:|routines|node/i);
  });

  it("names a client certificate that the real server asks for", async (context) => {
    const { key, certificate: cert } = selfSigned();
    const demanding = { requestCert: true, rejectUnauthorized: true };
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const limits = { minVersion: version, maxVersion: version };
      const server = createTlsServer({ key, cert, ...demanding, ...limits });
      server.on("tlsClientError", () => {});
      await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
      context.after(() => server.close());
      const bound = server.address();
      assert.ok(bound !== null && typeof bound === "object");
      const target = { address: loopback, port: bound.port };
      const said = failure(await tryOnce(httpCheck({ type: "https" }), target));
      if (version === "TLSv1.3")
        assert.equal(said, "tls: the real server asks for a client certificate");
      else assert.match(said, /^tls: /);
    }
  });

  it("names the server as configured", async (context) => {
    const names: unknown[] = [];
    const server = await serveTls(context, (socket) => {
      names.push(socket.servername);
      saying(page("ok"))(socket);
    });
    const tls = { ...lenient, sni: "real.example" };
    await tryOnce(httpCheck({ type: "https", tls }), server);
    await tryOnce(httpCheck({ type: "https", host: "www.example:8443" }), server);
    await tryOnce(httpCheck({ type: "https", host: "192.0.2.1" }), server);
    assert.deepEqual(names, ["real.example", "www.example", false]);
  });
});
