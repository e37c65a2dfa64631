import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { missingFiles, type Naming } from "../../../src/system/examination/missing-files.ts";

function temporary(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-missing-"));
  context.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A configuration that names a hook, a fence, a service and what two checks need. */
function naming(at: (name: string) => string): Naming {
  const text = `
routers: { primary: { public: 192.0.2.1 }, backup: { public: 192.0.2.2 } }
heartbeat: { authentication: none }
failover:
  fence: { command: [${at("fence")}] }
  services: { mail: { start: ${at("start")}, stop: /bin/true } }
notify: { command: ${at("hook")} }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 80
    check: [{ type: command, command: ${at("look")} }, { type: file, file: ${at("word")} }]
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
  const path = "/etc/lvsd/lvsd.yaml";
  const read = readConfig(path, { read: () => ({ text }), glob: () => [] });
  assert.ok("config" in read, JSON.stringify(read));
  return read;
}

const keysOf = (next: Naming, loaded: Naming | null = null): string[] =>
  missingFiles(next, loaded)
    .map(({ message }) => /[a-z_]+(?=:)/.exec(message)?.[0] ?? message)
    .sort();

describe("programs and files that a configuration names", () => {
  it("are missing where nobody can run or read them", (t) => {
    const directory = temporary(t);
    const next = naming((name) => join(directory, name));
    assert.deepEqual(keysOf(next), ["command", "command", "command", "file", "start"]);
    for (const name of ["fence", "start", "hook", "look"])
      writeFileSync(join(directory, name), "#!/bin/sh\n", { mode: 0o755 });
    assert.deepEqual(keysOf(next), ["file"]);
    writeFileSync(join(directory, "word"), "0\n");
    assert.deepEqual(keysOf(next), []);
    writeFileSync(join(directory, "plain"), "");
    const plain = naming((name) => join(directory, name === "hook" ? "plain" : name));
    assert.match(missingFiles(plain)[0]?.message ?? "", /^notify\.command: .*plain is no program/);
  });

  it("are no news where what is loaded names them already", (t) => {
    const directory = temporary(t);
    const loaded = naming((name) => join(directory, name));
    assert.deepEqual(keysOf(loaded, loaded), []);
    const other = naming((name) => join(directory, name === "hook" ? "another" : name));
    assert.deepEqual(keysOf(other, loaded), ["command"]);
  });
});
