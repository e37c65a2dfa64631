/**
 * The drivers whose protocol a library speaks, against servers that break off, talk nonsense or say
 * nothing: each ends soon and leaves nothing open. The real server programs are in test/lab/checks.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { heardBytesMax } from "../../../src/checks/clients/client-stream.ts";
import { type Check, triedChecks } from "../../../src/config/config.ts";
import { accepted, readText } from "../../config/texts.ts";
import { nobody, serve, tryOnce, until } from "../servers.ts";

const directory = mkdtempSync(join(tmpdir(), "lvsd-clients-"));
after(() => rmSync(directory, { recursive: true }));
const passwordFile = join(directory, "password");
writeFileSync(passwordFile, "geheim-61\n");

function checkOf(written: string): Check {
  const text = `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 80
    check: { ${written} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
  const { virtualServers } = accepted(readText(text));
  const [check] = triedChecks(virtualServers[0]?.realServers[0]?.check ?? { type: "none" });
  assert.ok(check !== undefined);
  return check;
}

const login = `user: probe, password_file: ${passwordFile}`;
/** The beginning of an answer of each protocol, so that what follows is not strange at once. */
const types: readonly [name: string, check: string, begins: Buffer][] = [
  ["mysql", `type: mysql, ${login}`, Buffer.from([0x40, 0, 0, 0, 10])],
  ["mysql over TLS", `type: mysql, ${login}, tls: true`, Buffer.from([0x40, 0, 0, 0, 10])],
  ["pgsql", `type: pgsql, ${login}, query: SELECT 1`, Buffer.from([0x52, 0, 0, 0x7f, 0xff])],
  ["pgsql over TLS", `type: pgsql, ${login}, tls: true`, Buffer.from("S")],
  ["ldap", `type: ldap, ${login}, base: ""`, Buffer.from([0x30, 0x84, 0, 1, 0, 0])],
  ["ldap with STARTTLS", `type: ldap, starttls: true`, Buffer.from([0x30, 0x84, 0, 1, 0, 0])],
  ["ldaps", `type: ldaps, ${login}`, Buffer.from([0x16, 3, 3])],
  ["grpc", "type: grpc", Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])],
  ["grpc over TLS", "type: grpc, tls: true", Buffer.from([0x16, 3, 3])],
];

for (const [name, check, begins] of types)
  describe(`the driver of ${name}`, () => {
    const attempt = async (endpoint: Parameters<typeof tryOnce>[1], timeout: string) => {
      const tried = await tryOnce(checkOf(`${check}, timeout: ${timeout}`), endpoint);
      assert.equal(tried.kind, "failed");
      assert.ok(tried.kind === "failed" && !tried.why.includes("geheim-61"));
      return { reason: tried.kind === "failed" ? tried.reason : "", took: tried.took };
    };

    it("fails where nothing listens", async (context) => {
      assert.equal((await attempt(await nobody(context), "5s")).reason, "unreachable");
    });

    it("fails at the deadline when the server is silent, and closes", async (context) => {
      const server = await serve(context, () => {});
      assert.equal((await attempt(server, "150ms")).reason, "timeout");
      await until("the connection is closed", () => server.connections.size === 0);
    });

    it("fails when the server closes, at once and in the middle", async (context) => {
      for (const said of [Buffer.alloc(0), begins]) {
        const server = await serve(context, (socket) => socket.end(said));
        const { reason, took } = await attempt(server, "5s");
        assert.match(reason, /^(closed|tls|unreadable)$/);
        assert.ok(took < 4000, `${took} ms`);
        await until("the connection is closed", () => server.connections.size === 0);
      }
    });

    it("takes no more than its bound of garbage", async (context) => {
      for (const first of [Buffer.alloc(0), begins]) {
        const bytes = Buffer.concat([first, randomBytes(4 * heardBytesMax)]);
        const server = await serve(context, (socket) => socket.write(bytes));
        const { reason, took } = await attempt(server, "5s");
        assert.match(reason, /^(closed|tls|unreadable|too-long|unexpected)$/);
        assert.ok(took < 4000, `${took} ms`);
        await until("the connection is closed", () => server.connections.size === 0);
      }
    });
  });
