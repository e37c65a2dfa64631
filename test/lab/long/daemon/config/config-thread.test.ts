import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  asked,
  beyondBounds,
  raisedSerial,
  readWritten,
} from "../../../../../src/daemon/config/config-thread.ts";

/** 2,000 real servers: a good part of a second for whoever reads it. */
const servers = Array.from(
  { length: 2000 },
  (_, index) => `      rs${index}: { address: 10.200.${index >> 8}.${index & 255}, weight: 3 }\n`,
).join("");
const large = `serial: 1\nvirtual_servers:\n  web:\n    real_servers:\n${servers}`;

const heartbeat = { heartbeat: { keyFile: "/k" }, notify: { mail: null } } as never;
const bounds = { path: "/c.yaml", present: [large], past: [], next: heartbeat, before: heartbeat };

/** How often this thread got its turn until the work was done; once is what any promise gives. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  await work();
  clearInterval(turning);
  return turns;
}

describe("the operator's texts are read in a thread of their own", () => {
  it("which raises the serial", async () => {
    assert.equal(await raisedSerial("/c.yaml", "# kept\nserial: 1\n", 7), "# kept\nserial: 7\n");
    assert.equal(await raisedSerial("/c.yaml", "serial: [", 7), null);
  });

  it("which looks for what the control interface may not say", async () => {
    assert.deepEqual(await beyondBounds({ ...bounds, text: large }), []);
    const text = "notify: { command: /bin/sh }\n";
    const [problem] = await beyondBounds({ ...bounds, text });
    assert.match(problem?.message ?? "", /\/bin\/sh: it does not lie in \/etc\/lvsd\/commands/);
  });

  it("which says what is wrong with a file", async () => {
    const read = await readWritten("/nowhere/lvsd.yaml");
    assert.match(JSON.stringify(read), /there is no such file/);
  });

  const works: [string, () => Promise<unknown>][] = [
    ["raising the serial", () => raisedSerial("/c.yaml", large, 7)],
    ["looking for what is out of bounds", () => beyondBounds({ ...bounds, text: large })],
    ["reading it", () => readWritten("/c.yaml", large)],
  ];
  for (const [name, work] of works)
    it(`while the heartbeat goes on: ${name}`, async () => {
      const turns = await turnsDuring(work);
      assert.ok(turns > 10, `${turns} turns`);
    });
});

/** A directory with a key file, and in `more` one that root's pattern matches. */
function withKeys(t: TestContext): { main: string; key: string; secret: string } {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-include-"));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, "more"));
  const secret = randomBytes(32).toString("base64");
  const key = join(directory, "more", "heartbeat.key");
  writeFileSync(key, `${secret}\n`);
  return { main: join(directory, "lvsd.yaml"), key, secret };
}

describe("a text from outside makes nobody read a file aloud", () => {
  const said = async (path: string, text: string, loaded: string): Promise<string> => {
    const read = await readWritten(path, text, loaded);
    assert.ok("problems" in read);
    return JSON.stringify(read.problems);
  };

  it("which the loaded configuration does not include: it is not even opened", async (t) => {
    const { main, key, secret } = withKeys(t);
    const loaded = "serial: 1\n";
    // The unbounded reader does open it, so the bound is what keeps it shut.
    assert.match(JSON.stringify(await readWritten(main, `include: ${key}\n`)), /heartbeat\.key/);
    for (const include of [key, "more/heartbeat.key", "more/*", "/etc/shadow", "/nowhere/*.yaml"]) {
      const answer = await said(main, `serial: 1\ninclude: ["${include}"]\n`, loaded);
      assert.match(answer, /is not what is loaded/);
      assert.match(answer, /lvsd\.yaml","line":2/);
      assert.doesNotMatch(answer, /no such file|map of keys/);
      assert.ok(!answer.includes(secret.slice(0, 4)));
    }
    const aliased = `x: &a "${key}"\ninclude: *a\n`;
    assert.match(await said(main, aliased, loaded), /is not what is loaded/);
  });

  it("which root's own pattern matches, but is no map: nothing of it is repeated", async (t) => {
    const { main, key } = withKeys(t);
    const loaded = "include: more/*\n";
    const contents = [
      "KqvmVJS2secretsecretsecretsecretsecretsecre=\n",
      "root:$y$j9T$secret:19000:0:99999:7:::\n",
      "*/5 * * * * secret\n",
      "- secret\n- secret2\n",
      '"secret\\qsecret"\n',
      "@secret\n",
      "`secret`\n",
      "%secret\n---\nsecret\n",
      "!secret secret\n",
      "&secret secret\n",
      "secret: [secret, secret\n",
      "|secret\n secret\n",
      "[secret\n",
      "secret: secret: secret\n",
      "'secret' secret\n",
      "? secret\n? secret\nsecret\n",
      "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
      "secret\u0000",
    ];
    for (const content of contents) {
      writeFileSync(key, content);
      const answer = await said(main, loaded, loaded);
      assert.match(answer, /heartbeat\.key/);
      assert.ok(!answer.includes("secret") && !answer.includes("Kqv"), `${content}: ${answer}`);
    }
  });
});

describe("a hostile text", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `k${at}: 1\n`).join("");
  const keys = lines(250_000);

  it("of 150,000 keys has its serial raised in bounded time: no key is compared with all", async () => {
    const began = performance.now();
    const raised = await raisedSerial("/c.yaml", `serial: 1\n${lines(150_000)}`, 7);
    assert.ok(raised?.startsWith("serial: 7\n"));
    assert.ok(performance.now() - began < 20_000);
  });

  it("of 250,000 unknown keys is refused in bounded time", async () => {
    const began = performance.now();
    const read = await readWritten("/c.yaml", keys, "serial: 1\n");
    assert.match(JSON.stringify(read), /further problems are not listed/);
    assert.ok(performance.now() - began < 20_000);
  });

  it("that takes too long is given up, and its thread with it", async () => {
    const question = {
      kind: "read",
      path: "/c.yaml",
      text: keys,
      loaded: null,
      past: [],
      instead: null,
    } as const;
    await assert.rejects(asked(question, 20), /judging it takes longer than 0\.02 s/);
  });
});
