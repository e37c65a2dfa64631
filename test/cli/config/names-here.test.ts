import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { check as judged } from "../../../src/cli/config/check.ts";
import { ms } from "../../../src/model/time.ts";
import type { Resolve } from "../../../src/system/names/resolver.ts";
import { address } from "../../table/tables.ts";
import { Recorder } from "../recorder.ts";
import { write } from "./checked.ts";

describe("lvsd check of host names", () => {
  const named = (t: TestContext): string => {
    const { file, text } = write(t);
    writeFileSync(file, text.replace("198.51.100.2", "app.internal"));
    return file;
  };
  const ran = async (file: string, here: boolean, resolve: Resolve, json = false) => {
    const terminal = new Recorder();
    const options = { config: file, runDir: "/nonexistent", json, here };
    const status = await judged(options, terminal, resolve);
    return { status, out: terminal.outText, error: terminal.errorText };
  };
  const nothing: Resolve = async () => ({
    families: [{ family: 4, addresses: null }],
    ttl: ms(1000),
    trouble: "no answer (ETIMEOUT)",
  });

  test("asks no resolver without --here, and counts them", async (t) => {
    const file = named(t);
    const { status, out, error } = await ran(file, false, () => assert.fail("it asks"));
    assert.deepEqual([status, error], [0, ""]);
    assert.equal(out, `${file}: ok (1 virtual server, 1 real server, 1 host name)\n`);
    const json = await ran(file, false, () => assert.fail("it asks"), true);
    assert.deepEqual(JSON.parse(json.out).host_names, ["app.internal"]);
  });

  test("warns with --here of one that has no answer now, which changes no status", async (t) => {
    const file = named(t);
    const asked: string[] = [];
    const answers: Resolve = async (host) => {
      asked.push(host);
      return {
        families: [{ family: 4, addresses: [address("198.51.100.2")] }],
        ttl: ms(1000),
        trouble: null,
      };
    };
    const sound = await ran(file, true, answers);
    assert.deepEqual(asked, ["app.internal"]);
    assert.doesNotMatch(sound.error, /app\.internal/);
    const warned = await ran(file, true, nothing);
    assert.equal(warned.status, sound.status);
    const place = `${file}:12:23: virtual_servers.web.real_servers.rs2.address`;
    const what = `warning: ${place.split(": ")[1]}: app.internal does not resolve here now`;
    const expected = `lvsd: ${file}:12:23: ${what}: no answer (ETIMEOUT)`;
    assert.ok(warned.error.includes(expected), `${warned.error} lacks ${expected}`);
  });
});
