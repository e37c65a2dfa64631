import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { printProblem } from "../../../src/keys/problem.ts";
import {
  diskFiles,
  otherReader,
  passwordProblems,
  readKeyFile,
} from "../../../src/system/file/config-files.ts";
import { accepted, refused, soundText } from "../../config/texts.ts";
import { asNobody } from "../nobody.ts";

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
  ["a directory", () => directory, /: it is a directory \(name a file\)/],
  [
    "a pipe, which would never end",
    () => {
      spawnSync("mkfifo", [path("pipe")]);
      return path("pipe");
    },
    /: it is not a regular file \(write it into a file\)/,
  ],
  [
    "a link that leads to itself",
    () => {
      symlinkSync("loop.yaml", path("loop.yaml"));
      return path("loop.yaml");
    },
    /loop\.yaml: it cannot be read: ELOOP \(is it the right file\?\)/,
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

test("a file that may not be read is no reason to write another one", async () => {
  const closed = write("closed.yaml", soundText, 0);
  const problems = await asNobody(() => refused(readConfig(closed, diskFiles)));
  assert.deepEqual(problems.map(printProblem), [
    `${closed}: no permission to read it (try it as root)`,
  ]);
});

const key = `${Buffer.alloc(32, 1).toString("base64")}\n`;

/** The configuration with this key file. */
const withKey = (keyFile: string) => {
  const text = soundText.replace("heartbeat:\n", `heartbeat:\n  key_file: ${keyFile}\n`);
  const read = readConfig(write("keyed.yaml", text), diskFiles);
  assert.ok("config" in read);
  return readKeyFile(read.config, read.places);
};

test("a key file is read, also next to the configuration", () => {
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

test("a fence's password is judged as the key is, when the configuration is read", () => {
  write("password", "passwd=a\n", 0o644);
  const problems = (name: string): string[] => {
    const fence = `  fence: { command: /bin/cut, password_file: ${path(name)} }\n`;
    const text = soundText.replace("failover:\n", `failover:\n${fence}`);
    const read = readConfig(write("fenced.yaml", text), diskFiles);
    assert.ok("config" in read);
    return passwordProblems(read.config, read.places).map(printProblem);
  };
  assert.match(
    problems("password")[0] ?? "",
    /fenced\.yaml:\d+:\d+: failover\.fence\.password_file: .*mode is 0644/,
  );
  assert.match(problems("nowhere")[0] ?? "", /nowhere: there is no such file/);
  chmodSync(path("password"), 0o600);
  assert.deepEqual(problems("password"), []);
});

test("a key that the group may read is for no operator and no other user", () => {
  const groups = [
    { name: "root", id: 0, group: 0, members: ["root"] },
    { name: "lvsd", id: 7, group: 7, members: ["lvsd"] },
    { name: "lvsd-operators", id: 8, group: 8, members: [] },
    { name: "staff", id: 9, group: 9, members: ["root", "anna"] },
  ];
  for (const group of [0, 7, 1234]) assert.equal(otherReader(group, groups), null);
  assert.equal(otherReader(8, groups), "the group lvsd-operators");
  assert.equal(otherReader(9, groups), "anna, a member of the group staff,");
});

for (const [name, make, printed] of keyFiles) {
  test(`a key file is refused: ${name}`, () => {
    const read = withKey(make());
    assert.ok("problems" in read);
    assert.match(read.problems.map(printProblem).join("\n"), printed);
  });
}
