import assert from "node:assert/strict";
import { test } from "node:test";
import { keysMax, readKey } from "../../src/keys/key.ts";

const line = (fill: number, bytes = 32): string => Buffer.alloc(bytes, fill).toString("base64");
const sound = `# made by lvsd keygen\n\n${line(1)} # signs\n${line(2)}\n`;

function keysOf(text: string): readonly Uint8Array[] {
  const read = readKey(text, "/etc/lvsd/heartbeat.key");
  assert.ok("keys" in read, JSON.stringify(read));
  return read.keys;
}

test("a key file holds keys, comments and blank lines, in its order", () => {
  assert.deepEqual(
    keysOf(sound).map((key) => [key[0], key.length]),
    [
      [1, 32],
      [2, 32],
    ],
  );
  assert.equal(keysOf(line(3)).length, 1);
  assert.equal(keysOf(`${line(3)}\r\n`).length, 1);
});

const refusals: readonly (readonly [
  name: string,
  text: string,
  line: number | null,
  said: RegExp,
])[] = [
  ["nothing", "", null, /holds no key/],
  ["comments only", "# later\n", null, /holds no key/],
  ["a short key", sound.replace(line(2), line(2, 16)), 4, /16 bytes/],
  ["a long key", sound.replace(line(2), line(2, 33)), 4, /33 bytes/],
  ["a password", sound.replace(line(2), "opensesame!"), 4, /not base64/],
  ["base64 with a letter missing", sound.replace(line(2), line(2).slice(1)), 4, /not base64/],
  ["too many keys", `${line(1)}\n`.repeat(keysMax + 1), keysMax + 1, /more than 4 keys/],
];

for (const [name, text, at, said] of refusals) {
  test(`a key file is refused: ${name}`, () => {
    keysOf(sound);
    const read = readKey(text, "/etc/lvsd/heartbeat.key");
    assert.ok("problems" in read);
    const [problem] = read.problems;
    assert.equal(problem?.line, at);
    assert.match(problem?.message ?? "", said);
    assert.equal(problem?.file, "/etc/lvsd/heartbeat.key");
  });
}

test("a refused key does not appear in what is said of it", () => {
  const secret = line(7, 24);
  assert.ok(!JSON.stringify(readKey(secret, "f")).includes(secret.slice(0, 8)));
});
