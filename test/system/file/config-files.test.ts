import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { printProblem } from "../../../src/keys/problem.ts";
import { diskFiles, readKeyFile } from "../../../src/system/file/config-files.ts";
import { accepted, refused, soundText } from "../../config/texts.ts";

const directory = mkdtempSync(join(tmpdir(), "lvsd-config-"));
after(() => rmSync(directory, { recursive: true }));

const path = (name: string): string => join(directory, name);
const write = (name: string, content: string | Uint8Array, mode = 0o640): string => {
  writeFileSync(path(name), content);
  chmodSync(path(name), mode);
  return path(name);
};

const main = write("lvsd.yaml", `${soundText}include: [virtual/*.yaml]\n`);
mkdirSync(path("virtual"));
write("virtual/b.yaml", "vips: [{ address: 192.0.2.2 }]\n");
write("virtual/a.yaml", "vips: [{ address: 192.0.2.1 }]\n");

test("a configuration on disk is read with what its patterns match", () => {
  const config = accepted(readConfig(main, diskFiles));
  assert.deepEqual(
    config.vips.slice(-2).map((vip) => vip.prefix.address),
    ["192.0.2.1", "192.0.2.2"],
  );
});

const files: readonly (readonly [name: string, make: () => string, printed: RegExp])[] = [
  [
    "one that is not there",
    () => path("none.yaml"),
    /none\.yaml: there is no such file \(lvsd init/,
  ],
  ["a directory", () => directory, /: it is not a regular file/],
  [
    "a pipe, which would never end",
    () => {
      spawnSync("mkfifo", [path("pipe")]);
      return path("pipe");
    },
    /: it is not a regular file/,
  ],
  [
    "10 MiB, without reading them",
    () => {
      const large = write("large.yaml", "");
      truncateSync(large, 10 * 1024 * 1024);
      return large;
    },
    /its 10485760 bytes are more than the 4194304 that are read \(is it the right file\?\)/,
  ],
  [
    "Latin-1",
    () => write("latin.yaml", Buffer.from(`${soundText}# Büro ä\n`, "latin1")),
    /latin\.yaml:40:4: this is not UTF-8 \(save the file as UTF-8\)/,
  ],
];

for (const [name, make, printed] of files) {
  test(`a file is refused: ${name}`, () => {
    const problems = refused(readConfig(make(), diskFiles));
    assert.equal(problems.length, 1);
    assert.match(problems.map(printProblem).join("\n"), printed);
  });
}

const key = `${Buffer.alloc(32, 1).toString("base64")}\n`;

/** The configuration with this key file. */
const withKey = (keyFile: string) => {
  const text = soundText.replace("heartbeat:\n", `heartbeat:\n  key_file: ${keyFile}\n`);
  const read = readConfig(write("keyed.yaml", text), diskFiles);
  assert.ok("config" in read);
  return readKeyFile(read.config, read.places);
};

test("a key file is read, also beside the configuration", () => {
  write("good.key", key);
  for (const name of [path("good.key"), "good.key"]) {
    const read = withKey(name);
    assert.ok("keys" in read);
    assert.deepEqual(read.keys, [new Uint8Array(32).fill(1)]);
  }
});

test("a configuration without authentication needs no key file", () => {
  const text = soundText.replace("heartbeat:\n", "heartbeat:\n  authentication: none\n");
  const read = readConfig(write("open.yaml", text), diskFiles);
  assert.ok("config" in read);
  assert.deepEqual(readKeyFile(read.config, read.places), { keys: [] });
});

const keyFiles: readonly (readonly [name: string, make: () => string, printed: RegExp])[] = [
  [
    "one that is not there",
    () => "none.key",
    /keyed\.yaml:6:13: heartbeat\.key_file: .*none\.key: there is no such file \(lvsd keygen/,
  ],
  [
    "one that everybody may read",
    () => write("open.key", key, 0o644),
    /open\.key: its mode is 0644, at most 0640 is safe \(chmod 0640/,
  ],
  [
    "one that the group may write",
    () => write("group.key", key, 0o660),
    /group\.key: its mode is 0660/,
  ],
  ["one with a short key", () => write("short.key", "AAAA\n"), /short\.key:1:1: a key of 3 bytes/],
];

for (const [name, make, printed] of keyFiles) {
  test(`a key file is refused: ${name}`, () => {
    const read = withKey(make());
    assert.ok("problems" in read);
    assert.match(read.problems.map(printProblem).join("\n"), printed);
  });
}
