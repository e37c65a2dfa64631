import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { lvsd, temporary } from "../recorder.ts";

describe("lvsd init", () => {
  test("prints a configuration that lvsd check accepts once its key is there", async (t) => {
    const { status, out, error } = await lvsd(["init"]);
    assert.deepEqual([status, error], [0, ""]);
    const directory = temporary(t);
    const file = join(directory, "lvsd.yaml");
    const key = join(directory, "heartbeat.key");
    writeFileSync(file, out.replace(/^( *)#? ?key_file:.*$/m, `$1key_file: ${key}`));
    assert.equal((await lvsd(["keygen", "-o", key])).status, 0);
    const checked = await lvsd(["check", "-c", file]);
    assert.deepEqual([checked.status, checked.error], [0, ""]);
  });

  test("fills in what is given", async () => {
    const { out } = await lvsd([
      "init",
      "--primary",
      "192.0.2.9,198.51.100.9",
      "--backup",
      "192.0.2.8",
      "--vip",
      "192.0.2.10/26",
      "--nat-router",
      "198.51.100.10/25",
      "--real-server",
      "198.51.100.1",
      "--real-server",
      "198.51.100.2",
    ]);
    for (const address of [
      "192.0.2.9",
      "198.51.100.9",
      "192.0.2.8",
      "192.0.2.10/26",
      "198.51.100.10/25",
      "198.51.100.1",
      "198.51.100.2",
    ])
      assert.ok(out.includes(address), address);
    assert.doesNotMatch(out, /192\.168\.26\.(9|8)\b/);
  });

  test("knows a router without a backup", async () => {
    assert.match((await lvsd(["init"])).out, /^ {2}backup:/m);
    assert.doesNotMatch((await lvsd(["init", "--backup", "none"])).out, /^ {2}backup:/m);
  });

  test("refuses what is no address, exit status 2", async () => {
    for (const words of [
      ["--primary", "lb1.example.com"],
      ["--primary", "192.0.2.9,"],
      ["--backup", "192.0.2.8,198.51.100.8,203.0.113.8"],
      ["--vip", "192.0.2.10/33"],
      ["--real-server", ""],
    ]) {
      const { status, out, error } = await lvsd(["init", ...words]);
      assert.deepEqual([status, out], [2, ""], words.join(" "));
      assert.match(error, /^lvsd: option '--.*argument '.*' is invalid\. /);
    }
  });

  test("-o writes a file, never over another one", async (t) => {
    const file = join(temporary(t), "lvsd.yaml");
    assert.equal((await lvsd(["init", "-o", file])).status, 0);
    const text = readFileSync(file, "utf8");
    const again = await lvsd(["init", "-o", file, "--backup", "none"]);
    assert.deepEqual([again.status, readFileSync(file, "utf8")], [1, text]);
    assert.equal((await lvsd(["init", "-o", file, "--backup", "none", "--force"])).status, 0);
    assert.notEqual(readFileSync(file, "utf8"), text);
  });
});
