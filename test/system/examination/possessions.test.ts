import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { readPossessions } from "../../../src/system/examination/possessions.ts";

test("programs and files are shown by their SHA-256, passwords by nothing", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-possessions-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const [ca, secret, hook] = ["ca.pem", "secret", "hook"].map((name) => join(directory, name));
  for (const [path = "", content] of [
    [ca, "a certificate"],
    [hook, "a program"],
    [secret, "hunter2\n"],
  ] as const)
    writeFileSync(path, content);
  const text = `
routers: { primary: { public: 192.0.2.1 }, backup: { public: 192.0.2.2 } }
heartbeat: { authentication: none }
notify: { command: [${hook}] }
failover: { fence: { command: [/nowhere/fence] } }
virtual_servers:
  mail:
    address: 192.0.2.10/24
    device: eth0
    port: 995
    load_monitor: { type: snmp, community_file: ${secret} }
    check:
      - { type: pop3s, user: probe, password_file: ${secret}, tls: { ca: ${ca} } }
      - { type: radius, port: 1812, user: probe, password_file: ${secret}, secret_file: ${secret} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
  const read = readConfig("/etc/lvsd/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  assert.ok("config" in read, JSON.stringify(read));
  assert.ok(read.places.checkNeeds.some(({ path }) => path === secret));
  const { files } = await readPossessions(
    { config: read.config, needs: read.places.checkNeeds },
    [],
  );
  const sum = (content: string) => createHash("sha256").update(content).digest("hex");
  assert.deepEqual(files, {
    "/nowhere/fence": null,
    [hook ?? ""]: sum("a program"),
    [ca ?? ""]: sum("a certificate"),
  });
});
