/**
 * Debian has no server program with gRPC's health service, so that the server is of a few lines on
 * node:http2, in a process of its own. Its messages are written down byte by byte, as the protocol
 * has them.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { tryBundled } from "../bundled.ts";
import { type Certificates, makeCertificates } from "../certificates.ts";
import { freePort, ServerProgram, Workshop } from "../server-program.ts";
import { certificateTrials, trials, tryAt } from "../trials.ts";

const workshop = new Workshop();
after(() => workshop.remove());

const source = `
import { createSecureServer, createServer } from "node:http2";
import { readFileSync } from "node:fs";
const [port, key, cert] = process.argv.slice(2);
const server = key === undefined ? createServer()
  : createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) });
const status = { "": 1, "shop.Cart": 2, "shop.New": 0 };
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream, headers) => {
  const pieces = [];
  stream.on("error", () => {});
  stream.on("data", (bytes) => pieces.push(bytes));
  stream.on("end", () => {
    const asked = Buffer.concat(pieces).subarray(5);
    const name = asked.length === 0 ? "" : asked.subarray(2).toString();
    const grpc = { ":status": 200, "content-type": "application/grpc+proto" };
    if (headers[":path"] !== "/grpc.health.v1.Health/Check") return stream.respond({ ":status": 404 }, { endStream: true });
    if (name === "http") return stream.respond({ ":status": 503 }, { endStream: true });
    if (name === "page") { stream.respond({ ":status": 200, "content-type": "text/html" }); return stream.end("<html>"); }
    if (name === "reset") return stream.close(2);
    if (!(name in status)) return stream.respond({ ...grpc, "grpc-status": "5", "grpc-message": "unknown service" }, { endStream: true });
    stream.respond(grpc, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const message = status[name] === 0 ? [] : [0x08, status[name]];
    stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
  });
});
server.listen(Number(port), "127.0.0.1");
`;

async function startServer(...files: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  const script = workshop.file("server.mjs", source);
  const args = [script, `${port}`, ...files];
  return ServerProgram.start({ command: process.execPath, args, port, workshop, asMyself: true });
}

describe("grpc against a health service", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startServer();
  });
  after(() => program.stop());
  const ask = (service: string): Promise<string> =>
    tryAt(`type: grpc, service: "${service}", timeout: 5s`, program.endpoint);

  it("passes on SERVING alone", async () => {
    assert.equal(await ask(""), "passed");
    assert.equal(await ask("shop.Cart"), "unexpected: status NOT_SERVING, expected SERVING");
    assert.equal(await ask("shop.New"), "unexpected: status UNKNOWN, expected SERVING");
  });

  it("says what the server says", async () => {
    assert.equal(await ask("shop.None"), 'unexpected: grpc-status 5 NOT_FOUND: "unknown service"');
    assert.equal(await ask("http"), "unexpected: HTTP status 503, expected 200");
    assert.equal(await ask("page"), 'unreadable: no gRPC answer: content-type "text/html"');
    assert.match(await ask("reset"), /^unreadable: .*NGHTTP2_INTERNAL_ERROR/);
  });

  it("works as it gets installed", async () => {
    assert.deepEqual(await tryBundled("grpc", "type: grpc", program.endpoint), { kind: "passed" });
  });

  trials({
    check: "type: grpc",
    protocol: "tcp",
    program: () => program,
    secrets: [],
    garbage: /^(unreadable|too-long|closed): /,
  });
});

describe("grpc over TLS", () => {
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates(workshop);
  });
  certificateTrials(
    "type: grpc",
    () => certificates,
    (kind) => {
      const { key, certificate } = certificates.of[kind];
      return startServer(key, certificate);
    },
  );
});
