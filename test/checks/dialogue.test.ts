import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import {
  type Dialogue,
  type DialogueAction,
  failed,
  more,
  passed,
  secure,
} from "../../src/check/dialogue.ts";
import type { Beginning, Transport } from "../../src/check/type.ts";
import { type RunsDialogue, tryDialogue } from "../../src/checks/dialogue.ts";
import type { Endpoint } from "../../src/checks/target.ts";
import { seconds } from "../../src/model/time.ts";
import { lenient, loopback, selfSigned, serve, tcpCheck } from "./servers.ts";

const say = (text: string): DialogueAction => ({
  kind: "say",
  bytes: Buffer.from(text),
  answered: true,
});

/** Asks for TLS, then says its password and waits for `hello`. */
function upgrading(beginning: Beginning, heard: string[]): Dialogue {
  let secured = false;
  return {
    open: () => say("STARTTLS"),
    hear(bytes) {
      heard.push(Buffer.from(bytes).toString());
      if (!secured) return secure;
      return heard.at(-1) === "hello" ? passed : failed("unexpected", "no hello");
    },
    closed: () => failed("closed", "closed early"),
    secured() {
      secured = true;
      return say(beginning.password ?? "nothing");
    },
  };
}

const run = (
  target: Endpoint,
  transport: Transport,
  begin: (beginning: Beginning) => Dialogue,
  check: object = {},
) => {
  const runs: RunsDialogue = {
    by: "dialogue",
    transport: () => transport,
    begin: (_check, beginning) => begin(beginning),
  };
  const deadline = { signal: AbortSignal.timeout(5000), timeout: seconds(5) };
  return tryDialogue({ ...tcpCheck(), ...check }, runs, target, deadline);
};
const upgrade: Transport = {
  protocol: "tcp",
  tls: { options: lenient, upgrade: true, alpn: null },
};

/**
 * A server that answers STARTTLS in the clear and `secret` under TLS; what it was sent, in order.
 */
async function startTls(context: TestContext) {
  const sent: string[] = [];
  const { key, certificate } = selfSigned();
  const target = await serve(context, (socket) => {
    socket.once("data", (bytes) => {
      sent.push(`clear ${bytes}`);
      socket.removeAllListeners("data");
      const secured = new TLSSocket(socket, { isServer: true, key, cert: certificate });
      secured.on("error", () => {});
      secured.on("data", (more) => {
        sent.push(`secured ${more} ${secured.alpnProtocol || "no alpn"}`);
        secured.write("hello");
      });
      socket.write("go");
    });
  });
  return { target, sent };
}

const passwordFile = (context: TestContext, content: string): string => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-password-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "password");
  writeFileSync(path, content);
  return path;
};

describe("a dialogue", () => {
  it("goes on over TLS where it asks for it, and has the password's first line", async (context) => {
    const { target, sent } = await startTls(context);
    const heard: string[] = [];
    const check = { passwordFile: passwordFile(context, "secret\nof no meaning\n") };
    const verdict = await run(target, upgrade, (given) => upgrading(given, heard), check);
    assert.deepEqual(verdict, { kind: "passed" });
    assert.deepEqual(heard, ["go", "hello"]);
    assert.deepEqual(sent, ["clear STARTTLS", "secured secret no alpn"]);
  });

  it("negotiates the protocol that its transport names, and none without", async (context) => {
    const { key, certificate } = selfSigned();
    const server = createTlsServer({ key, cert: certificate, ALPNProtocols: ["h2", "smtp"] });
    const negotiated: (string | false | null)[] = [];
    server.on("secureConnection", (socket) => {
      negotiated.push(socket.alpnProtocol);
      socket.on("error", () => {});
      socket.write("hello");
    });
    await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
    context.after(() => server.close());
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === "object");
    const greeted = (): Dialogue => ({
      open: () => more,
      hear: () => passed,
      closed: () => failed("closed", "closed"),
    });
    for (const alpn of ["h2", "smtp", null]) {
      const tls = { options: lenient, upgrade: false, alpn };
      const target = { address: loopback, port: bound.port };
      const verdict = await run(target, { protocol: "tcp", tls }, greeted);
      assert.deepEqual(verdict, { kind: "passed" });
    }
    assert.deepEqual(negotiated, ["h2", "smtp", false]);
  });

  it("whose server cannot speak TLS fails with that", async (context) => {
    const target = await serve(context, (socket) => {
      socket.once("data", () => socket.write("go"));
      socket.on("data", () => socket.end("no"));
    });
    const verdict = await run(target, upgrade, (given) => upgrading(given, []));
    assert.equal(verdict.kind === "failed" && verdict.reason, "tls");
  });

  it("fails as this router's own trouble where its password cannot be had", async (context) => {
    const target = await serve(context, (socket) => socket.end("hello"));
    const begin = (): Dialogue => ({
      open: () => more,
      hear: () => passed,
      closed: () => failed("closed", "closed"),
    });
    const plain: Transport = { protocol: "tcp", tls: null };
    const sound = { passwordFile: passwordFile(context, "x") };
    assert.deepEqual(await run(target, plain, begin, sound), { kind: "passed" });
    const cases: readonly (readonly [path: string, why: RegExp])[] = [
      ["/does/not/exist", /^password_file \/does\/not\/exist: ENOENT$/],
      [tmpdir(), /it is no file$/],
      [passwordFile(context, "\n"), /its first line is empty$/],
      [passwordFile(context, "s3cret".repeat(1000)), /longer than 1024 bytes$/],
    ];
    for (const [path, why] of cases) {
      const verdict = await run(target, plain, begin, { passwordFile: path });
      assert.ok(verdict.kind === "failed");
      assert.equal(verdict.reason, "local");
      assert.match(verdict.why, why);
      assert.doesNotMatch(verdict.why, /s3cret/);
    }
  });
});
