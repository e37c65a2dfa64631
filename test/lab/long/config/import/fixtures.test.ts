import assert from "node:assert/strict";
import { basename } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { importFiles } from "../../../../../src/config/import/import.ts";
import {
  type ForeignFile,
  type ImporterName,
  importDefaults,
  importerNames,
} from "../../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../../src/config/read-config.ts";
import { files, text } from "../../../../checkout.ts";
import { filesOf, mainPath } from "../../../../config/texts.ts";

const options = {
  ...importDefaults,
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

const fixtures = files.filter((path) =>
  /^test\/fixtures\/foreign\/\w+\/.*\.(?:cf|conf)$/.test(path),
);
const fileOf = (path: string): ForeignFile => ({ name: basename(path), text: text(path) });
const part = fileOf("test/fixtures/foreign/keepalived/parameters.part");

describe("what comes of each file passes lvsd check, and each line names its origin", () => {
  for (const path of fixtures.filter((each) => !each.endsWith("refused.cf")))
    test(path, () => {
      const given = path.endsWith("parameters.conf") ? [fileOf(path), part] : [fileOf(path)];
      const imported = importFiles(given, null, options);
      assert.ok("text" in imported, JSON.stringify(imported));
      assert.equal(imported.from, path.split("/")[3]);
      const read = readConfig(mainPath, filesOf({ [mainPath]: imported.text }));
      assert.ok("config" in read, JSON.stringify(read));
      const named = imported.origins.filter((origin) => origin !== null);
      assert.ok(named.length >= 5, "lines with their origin");
    });
});

const kinds: Readonly<Record<ImporterName, string>> = {
  piranha: "primary = 192.0.2.1\n",
  keepalived: "virtual_server 192.0.2.10 80 {\n}\n",
  ldirectord: "virtual=192.0.2.10:80\n    real=10.9.0.1:80 gate\n",
  heartbeat: "node a\nkeepalive 2\nnode b\n",
  ipvsadm: "-A -t 192.0.2.10:80 -s wlc\n",
};

/** As long as a slow machine needs for a text of the greatest size that is read at all. */
const readMaxMs = 20_000;

describe("large texts", () => {
  for (const from of importerNames) {
    const repeated = (bytes: number): string => {
      const lines = kinds[from];
      return lines + lines.repeat(Math.ceil(bytes / lines.length));
    };
    test(`${from}: 10 MiB are refused at once`, () => {
      const began = performance.now();
      const read = importFiles([{ name: "x", text: repeated(10 * 1024 * 1024) }], from, options);
      assert.ok("problems" in read);
      assert.match(read.problems[0]?.message ?? "", /larger than 4 MiB/);
      assert.ok(performance.now() - began < 1000);
    });
    test(`${from}: what is just small enough is read in bounded time`, () => {
      const began = performance.now();
      importFiles([{ name: "x", text: repeated(3.9 * 1024 * 1024) }], from, options);
      const took = performance.now() - began;
      assert.ok(took < readMaxMs, `${took} ms`);
    });
  }
});

test("many blocks of one name and on one alias are named and relabelled in bounded time", () => {
  const block = (at: number): string =>
    `virtual v {\n active = 1\n address = 10.1.${at >> 8}.${at & 255} eth0:1\n}\n`;
  const text = `primary = 192.0.2.1\n${Array.from({ length: 5000 }, (_, at) => block(at)).join("")}`;
  const began = performance.now();
  const read = importFiles([{ name: "lvs.cf", text }], "piranha", options);
  const took = performance.now() - began;
  assert.ok("text" in read);
  assert.match(read.text, /^ {2}v-5000:/m);
  assert.match(read.text, /device: "?eth0:5000"?/);
  assert.ok(took < readMaxMs, `${took} ms`);
});

test("a byte order mark: refused as the originals refuse it, passed over where they do", () => {
  const read = (from: ImporterName, lenient: boolean) =>
    importFiles([{ name: "x", text: `\ufeff${kinds[from]}` }], null, { ...options, lenient });
  for (const from of ["piranha", "ldirectord"] as const) {
    const refused = read(from, false);
    assert.ok("problems" in refused);
    assert.match(refused.problems[0]?.message ?? "", /byte order mark/);
    assert.ok("text" in read(from, true));
  }
  assert.ok("text" in read("keepalived", false));
  assert.ok("text" in read("ipvsadm", false));
});

describe("files that were spoiled", () => {
  for (const from of importerNames)
    test(`${from}: never throws, and a refusal has a reason`, () => {
      const samples = fixtures.filter((path) => path.split("/")[3] === from).map(text);
      const base = fc.constantFrom(...samples, kinds[from]);
      const words = fc.constantFrom('"', "{", "}", "\n", "#", " = ", "\\", "\t", "::", "-", "\r\n");
      const edit = fc.record({
        at: fc.nat(4000),
        cut: fc.nat(40),
        put: fc.oneof(fc.string({ maxLength: 20 }), words),
      });
      fc.assert(
        fc.property(
          base,
          fc.array(edit, { maxLength: 8 }),
          fc.boolean(),
          (sample, edits, loose) => {
            let spoiled = sample;
            for (const { at, cut, put } of edits) {
              const from = at % (spoiled.length + 1);
              spoiled = spoiled.slice(0, from) + put + spoiled.slice(from + cut);
            }
            const how = { ...options, lenient: loose, fold: loose };
            const read = importFiles([{ name: "x", text: spoiled }], from, how);
            if ("problems" in read) assert.ok(read.problems.length > 0);
            else readConfig(mainPath, filesOf({ [mainPath]: read.text }));
          },
        ),
        { numRuns: 150 },
      );
    });
});
