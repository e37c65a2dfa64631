import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readWritten } from "../../../../../src/daemon/config/config-thread.ts";
import { nextConfig } from "../../../../../src/daemon/config/next-config.ts";

const text = (more = "") => `
routers: { primary: { public: 192.0.2.1 }, backup: { public: 192.0.2.2 } }
heartbeat: { authentication: none }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 443
    check: { type: https${more} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;

test("a text from outside does not find out which files are on this machine", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-next-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "lvsd.yaml");
  writeFileSync(path, text());
  writeFileSync(join(directory, "here.pem"), "not a certificate\n");
  const loaded = await readWritten(path);
  assert.ok("config" in loaded);
  const answer = async (ca: string) => {
    const next = await nextConfig({
      path,
      text: text(`, tls: { ca: ${ca} }`),
      present: text(),
      loaded,
      past: [],
      forced: "primary",
      role: "primary",
      readInterfaces: async () => [],
      ipv6: () => true,
    });
    assert.ok("ok" in next && !next.ok);
    return next.problems.map(({ message }) => message.replaceAll(ca, "FILE"));
  };
  const there = join(directory, "here.pem");
  const missing = join(directory, "missing.pem");
  assert.match((await answer(there)).join(), /tls\.ca: FILE is not what is loaded/);
  assert.deepEqual(await answer(there), await answer(missing));
});
