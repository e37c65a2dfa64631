import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { lvsd, temporary } from "../recorder.ts";
import { write } from "./checked.ts";

const check = (file: string, ...words: string[]) => lvsd(["check", "-c", file, ...words]);

describe("lvsd check", () => {
  test("accepts a good file and says how much is in it", async (t) => {
    const { file } = write(t);
    assert.deepEqual(await check(file), {
      status: 0,
      out: `${file}: ok (1 virtual server, 2 real servers)\n`,
      error: "",
    });
    const json = await check(file, "--json");
    const { ok, virtual_servers, real_servers, role } = JSON.parse(json.out);
    assert.deepEqual([ok, virtual_servers, real_servers, role], [true, 1, 2, null]);
  });

  test("reports every problem at once, with its place, and exits 2", async (t) => {
    const { file, text } = write(t);
    writeFileSync(file, text.replace("port: 80", "prot: 80").replace("192.0.2.8", "192.0.2.999"));
    const { status, out, error } = await check(file);
    assert.deepEqual([status, out], [2, ""]);
    const lines = error.trimEnd().split("\n");
    assert.ok(lines.length >= 2, error);
    for (const line of lines) assert.match(line, /^lvsd: \/.*\/lvsd\.yaml:\d+:\d+: ./);
    assert.ok(
      lines.some((line) => line.includes(":3:")) && lines.some((line) => line.includes(":9:")),
    );
    const json = await check(file, "--json");
    assert.equal(json.status, 2);
    const body = JSON.parse(json.out);
    assert.deepEqual([body.ok, body.problems.length], [false, lines.length]);
    assert.deepEqual(Object.keys(body.problems[0]).sort(), [
      "column",
      "file",
      "hint",
      "line",
      "message",
    ]);
  });

  test("reads the key file too", async (t) => {
    const { file, key } = write(t);
    assert.equal((await check(file)).status, 0);
    chmodSync(key, 0o644);
    assert.equal((await check(file)).status, 2, "readable by others");
    chmodSync(key, 0o600);
    writeFileSync(key, "too short\n");
    const { status, error } = await check(file);
    assert.equal(status, 2);
    assert.match(error, /heartbeat\.key:1:1: /);
  });

  test("exits 2 for a missing file", async (t) => {
    const { status, error } = await check(join(temporary(t), "none.yaml"));
    assert.equal(status, 2);
    assert.match(error, /^lvsd: \/.*\/none\.yaml: /);
  });

  test("reads a Piranha lvs.cf and names its lines", async (t) => {
    const file = join(temporary(t), "lvs.cf");
    writeFileSync(file, "serial_no = 30\nprimary = 192.0.2.1\nservice = lvz\n");
    const { status, error } = await check(file);
    assert.equal(status, 2);
    assert.equal(error.split("\n").length - 1, 1);
    assert.match(error, /lvs\.cf:3:11: Piranha refuses this: service: invalid argument/);
  });

  test("--here also says what only this machine knows", async (t) => {
    const { file } = write(t);
    const { status, error } = await check(file, "--here");
    assert.equal(status, 2, "a device of the file is not here");
    assert.match(error, /lvsd\.yaml:8:\d+: .*device eth-none of 192\.0\.2\.10\/24 does not exist/);
    assert.match(error, /^lvsd: no interface of this machine has an address of routers/m);
  });

  test("--here looks whether the fence can be run", async (t) => {
    const { file, text } = write(t);
    const fence = join(temporary(t), "fence");
    writeFileSync(file, `${text}failover: { fence: { command: [${fence}] } }\n`);
    const missing =
      /:13:31: failover\.fence\.command: \/.*\/fence is no program that can be run here/;
    assert.match((await check(file, "--here")).error, missing);
    assert.doesNotMatch((await check(file)).error, missing);
    writeFileSync(fence, "#!/bin/sh\n", { mode: 0o755 });
    assert.doesNotMatch((await check(file, "--here")).error, missing);
  });

  test("--here looks whether the commands of failover services can be run", async (t) => {
    const { file, text } = write(t);
    const [start, look] = ["start", "look"].map((name) => join(temporary(t), name));
    const ofCheck = `{ type: command, command: ${look} }`;
    const mail = `{ start: ${start}, stop: /bin/true, check: ${ofCheck} }`;
    writeFileSync(file, `${text}failover: { services: { mail: ${mail} } }\n`);
    const { error } = await check(file, "--here");
    const missing = (key: string): RegExp =>
      new RegExp(`:13:\\d+: failover\\.services\\.mail\\.${key}: .* is no program that can be run`);
    assert.match(error, missing("start"));
    assert.match(error, missing("check\\.command"));
    assert.doesNotMatch(error, missing("stop"));
    for (const program of [start, look])
      writeFileSync(program ?? "", "#!/bin/sh\n", { mode: 0o755 });
    assert.doesNotMatch((await check(file, "--here")).error, /is no program/);
  });

  test("--here looks for every program and file that checks name, once each", async (t) => {
    const { file, text } = write(t);
    const command = "{ type: command, command: /none/such }";
    const https = "{ type: https, tls: { ca: none.pem } }";
    writeFileSync(
      file,
      text
        .replace("rs1: {", `rs1: { check: [${command}, ${https}],`)
        .replace("rs2: {", `rs2: { check: ${https},`),
    );
    const lines = (await check(file, "--here")).error.split("\n");
    const path = "virtual_servers.web.real_servers.rs1.check";
    const found = lines.filter((line) => line.includes(".check"));
    assert.equal(found.length, 2, lines.join("\n"));
    assert.match(found[0] ?? "", /rs1\.check\[0\]\.command: \/none\/such is no program/);
    assert.match(found[1] ?? "", /rs1\.check\[1\]\.tls\.ca: \/.*\/none\.pem: ENOENT/);
    assert.ok(found.every((line) => line.includes(path)));
  });

  test("--here finds the own role by the own addresses", async (t) => {
    const { file, text } = write(t);
    const alone = text.replace("192.0.2.9", "127.0.0.1").replace("eth-none", "none");
    writeFileSync(file, alone);
    const { error, out } = await check(file, "--here");
    assert.doesNotMatch(error, /no interface of this machine|does not exist|both/);
    if (error === "") assert.match(out, /; this machine is the primary\n$/);
    writeFileSync(file, alone.replace("192.0.2.8", "127.0.0.1"));
    const both = await check(file, "--here");
    assert.equal(both.status, 2);
  });
});
