/**
 * The rules of the house (docs/architecture.md) as tests, so that a review can talk about meaning:
 * layers, purity, sizes, names, nothing dead, and lists in documents that say what the code says.
 * Sizes and forbidden globals are Biome's to find (biome.json); here it is shown that it does.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { files, importsOf, root, sources, tests, text } from "./checkout.ts";
import { idle, unfounded, untested } from "./tested.ts";

const imports = sources.flatMap(importsOf);
const room = (path: string): string => /^src\/(\w+)\//.exec(path)?.[1] ?? "main";

const levels: Readonly<Record<string, number>> = {
  model: 0,
  keys: 1,
  check: 1,
  config: 1,
  heartbeat: 1,
  failover: 1,
  health: 1,
  table: 1,
  kernel: 1,
  connections: 1,
  advice: 1,
  system: 2,
  checks: 2,
  control: 2,
  daemon: 3,
  console: 4,
  cli: 4,
  main: 4,
};

/** Rooms of one level that may know each other, from the one that imports. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  check: ["keys"],
  config: ["keys", "check"],
  health: ["keys", "check", "config"],
  table: ["keys", "config", "health"],
  failover: ["heartbeat"],
  kernel: ["table"],
  connections: ["table", "config", "health"],
  advice: ["keys", "check", "config", "table"],
  checks: ["system"],
  cli: ["console"],
  main: ["cli"],
};

function mayImport(from: string, to: string): boolean {
  const here = room(from);
  const there = room(to);
  if (here === there || neighbours[here]?.includes(there)) return true;
  if (here === "cli" && there === "daemon") return from === "src/cli/run.ts";
  return (levels[there] ?? 9) < (levels[here] ?? -1);
}

/** What the pure rooms may use besides each other: nothing that acts, waits or rolls dice. */
const pureModules = ["node:crypto", "node:net", "node:util"];
const pureLibraries = ["ipaddr.js", "yaml", "re2js", "fastest-levenshtein", "dns-packet"];

describe("layers", () => {
  it("every folder of src/ is a room with a level", () => {
    const rooms = new Set(sources.map(room));
    assert.deepEqual(
      [...rooms].filter((name) => !(name in levels)),
      [],
    );
  });

  it("the rule itself distinguishes up from down", () => {
    assert.equal(mayImport("src/daemon/daemon.ts", "src/system/ip/ip.ts"), true);
    assert.equal(mayImport("src/cli/run.ts", "src/daemon/daemon.ts"), true);
    assert.equal(mayImport("src/cli/status.ts", "src/daemon/daemon.ts"), false);
    assert.equal(mayImport("src/model/time.ts", "src/config/config.ts"), false);
    assert.equal(mayImport("src/config/config.ts", "src/table/table.ts"), false);
    assert.equal(mayImport("src/system/ip/ip.ts", "src/control/api.ts"), false);
    assert.equal(mayImport("src/checks/clients/ping.ts", "src/system/net/echo-socket.ts"), true);
    assert.equal(mayImport("src/control/server.ts", "src/system/program/program.ts"), false);
  });

  it("imports go down only", () => {
    const upwards = imports.filter(({ from, to }) => to.startsWith("src/") && !mayImport(from, to));
    assert.deepEqual(upwards, []);
  });

  it("pure rooms use pure modules and pure libraries only", () => {
    const impure = imports
      .filter(({ from }) => (levels[room(from)] ?? 9) < 2)
      .filter(({ to }) => !to.startsWith("src/") && to !== "package.json")
      .filter(({ to }) => ![...pureModules, ...pureLibraries].includes(to));
    assert.deepEqual(impure, []);
    const gambling = sources.filter(
      (path) => (levels[room(path)] ?? 9) < 2 && /\bMath\.random\b/.test(text(path)),
    );
    assert.deepEqual(gambling, []);
  });

  it("of node:net the pure rooms take the reading of addresses alone", () => {
    for (const { from, to } of imports)
      if (to === "node:net" && (levels[room(from)] ?? 9) < 2)
        assert.match(
          text(from),
          /import \{ (?:isIP|isIPv4|isIPv6)(?:, isIPv?[46]?)* \} from "node:net"/,
          from,
        );
  });

  it("no circle of files: what a file imports never leads back to it", () => {
    const below = new Map<string, string[]>();
    for (const { from, to } of imports)
      if (to.startsWith("src/")) below.set(from, [...(below.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
        return;
      }
      if (done.has(path)) return;
      for (const next of below.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of sources) visit(path, []);
    assert.deepEqual(circles, []);
  });

  it("no folder of src/ holds more than 15 files", () => {
    const count = new Map<string, number>();
    for (const path of sources) count.set(dirname(path), (count.get(dirname(path)) ?? 0) + 1);
    assert.deepEqual(
      [...count].filter(([, files]) => files > 15),
      [],
    );
  });

  it("one file opens the C library", () => {
    const opening = imports.filter(({ to }) => to === "koffi").map(({ from }) => from);
    assert.deepEqual(opening, ["src/system/libc.ts"]);
  });

  it("an import of src/ names an existing file with its ending", () => {
    const broken = imports.filter(({ to }) => to.startsWith("src/") && !sources.includes(to));
    assert.deepEqual(broken, []);
  });

  it("no source file is dead: main.ts or a worker that it starts reaches each one", () => {
    // The second one is what browsers load: build/console-assets.ts bundles it.
    const reached = new Set(["src/main.ts", "src/console/assets/console.ts"]);
    for (const path of reached)
      for (const { from, to } of imports)
        if (from === path && to.startsWith("src/")) reached.add(to);
    assert.deepEqual(
      sources.filter((path) => !reached.has(path) && !path.endsWith(".d.ts")),
      [],
    );
  });
});

describe("names and sizes", () => {
  it("files are named for what they hold", () => {
    const vague = /^(?:index|utils?|helpers?|common|misc|shared|types|constants)\.ts$/;
    assert.deepEqual(
      [...sources, ...tests].filter((path) => vague.test(basename(path))),
      [],
    );
  });

  it("exported classes, interfaces and types have names that say something", () => {
    const empty =
      /^export (?:abstract )?(?:class|interface|type) \w+(?:Manager|Handler|Helper|Utils?|Impl|Data|Info|Base)\b/m;
    assert.deepEqual(
      sources.filter((path) => empty.test(text(path))),
      [],
    );
  });

  it("every source file says at its head what it knows", () => {
    assert.deepEqual(
      sources.filter((path) => !/^(?:#!.*\n)?\/\*\*/.test(text(path))),
      [],
    );
  });

  it("a comment that names a file names one that is there", () => {
    const names = new Set(files.map((path) => basename(path)));
    const isThere = (name: string): boolean =>
      /^(?:src|test|docs|build)\//.test(name) ? files.includes(name) : names.has(basename(name));
    const missing = [...sources, ...tests].flatMap((path) =>
      [...text(path).matchAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm)]
        .flatMap(([line]) => [...line.matchAll(/[\w./-]+\.(?:ts|md)\b/g)])
        .filter(([name]) => !isThere(name))
        .map(([name]) => `${path}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("no line of code is longer than 100 columns, but for text that cannot be broken", () => {
    const long = [...sources, ...tests].flatMap((path) =>
      text(path)
        .split("\n")
        .filter((line) => line.length > 100 && !/["'`/]/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    assert.deepEqual(long, []);
  });

  it("properties stand one by one: no literal is spread into another, no tuple declares names", () => {
    const packed = /\.\.\.\{|^\s*(?:const|let) \[[\w, ]+\] = \[(?:(?! as |\.map).)*\];$/m;
    assert.deepEqual(
      [...sources, ...tests].filter((path) => packed.test(text(path))),
      [],
    );
  });

  it("biome refuses long files, long functions and impure globals where they matter", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-house-"));
    t.after(() => rmSync(place, { recursive: true }));
    cpSync(join(root, "biome.json"), join(place, "biome.json"));
    const judged = (path: string, code: string): { ok: boolean; said: string } => {
      mkdirSync(join(place, dirname(path)), { recursive: true });
      writeFileSync(join(place, path), code);
      const options = { cwd: place, encoding: "utf8" } as const;
      const { status, stderr } = spawnSync(
        join(root, "node_modules/.bin/biome"),
        ["lint", "--error-on-warnings", "--vcs-enabled=false", path],
        options,
      );
      return { ok: status === 0, said: status === 0 ? "" : stderr };
    };
    const many = (count: number, line: string): string => `${line}\n`.repeat(count);
    const body = (count: number): string =>
      `export function f(g: () => void) {\n${many(count, "g();")}}\n`;
    const cases: [string, string, string, string][] = [
      ["src/system/a.ts", body(60), body(80), "noExcessiveLinesPerFunction"],
      ["src/system/b.ts", many(390, "// ."), many(410, "// ."), "noExcessiveLinesPerFile"],
      [
        "src/failover/c.ts",
        "export const at = 1;\n",
        "export const at = Date.now();\n",
        "noRestrictedGlobals",
      ],
      [
        "src/table/d.ts",
        "export const p = 1;\n",
        "export const p = process.pid;\n",
        "noRestrictedGlobals",
      ],
    ];
    for (const [path, good, bad, rule] of cases) {
      assert.deepEqual(judged(path, `${good}export const end = 1;\n`), { ok: true, said: "" });
      assert.equal(judged(path, `${bad}export const end = 1;\n`).ok, false, path);
      assert.match(judged(path, `${bad}export const end = 1;\n`).said, new RegExp(rule));
    }
  });
});

describe("every source has a test that shows what it does", () => {
  it("at its own path, or where test/tested-elsewhere.txt says", () => {
    assert.deepEqual(untested(), []);
  });

  it("and test/tested-elsewhere.txt says so once, where it is so, of files without a test", () => {
    assert.deepEqual(idle(), []);
    assert.deepEqual(unfounded(), []);
  });
});

describe("nothing left lying about", () => {
  const written = files.filter(
    (path) =>
      /\.(?:ts|sh|md|json|service|conf|example)$|^Makefile$|^\.ci\//.test(path) &&
      path !== "package-lock.json",
  );

  it("nothing is postponed or switched off", () => {
    // Put together here, so that this file does not find itself.
    const postponed = new RegExp(
      `\\b(?:${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`,
    );
    const off = new RegExp(
      `\\b(?:it|test|describe)\\.(?:${["sk" + "ip", "on" + "ly", "to" + "do"].join("|")})\\b`,
    );
    assert.deepEqual(
      written.filter((path) => postponed.test(text(path)) || off.test(text(path))),
      [],
    );
  });

  it("no test waits a fixed time", () => {
    const sleeping = /\b(?:setTimeout|sleep)\)?\((?:[a-z]\w*, )?\d{3,}\)/;
    assert.deepEqual(
      tests.filter((path) => path.endsWith(".test.ts") && sleeping.test(text(path))),
      [],
    );
  });

  it("nothing names a place of one machine", () => {
    const place = new RegExp(`(?<![\\w.])/(?:wo${""}rk|home/\\w+|Users)/|\\.\\./sha${""}red`);
    assert.deepEqual(
      written.filter((path) => place.test(text(path))),
      [],
    );
  });
});

describe("libraries", () => {
  const manifest = JSON.parse(text("package.json"));
  const own: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  };

  it("each is what the lock file has the hash of, for every kind of machine", () => {
    const { packages } = JSON.parse(text("package-lock.json")) as {
      packages: Readonly<Record<string, { link?: boolean; integrity?: string }>>;
    };
    const unproven = Object.entries(packages)
      .filter(([name, { link }]) => name !== "" && link !== true)
      .filter(([, { integrity = "" }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity));
    assert.deepEqual(unproven, []);
    assert.ok(Object.keys(packages).length > 10);
  });

  it("each has one exact version", () => {
    for (const [name, version] of Object.entries(own))
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
  });

  it("each is justified by one line of docs/dependencies.md, and nothing else is", () => {
    const justified = [...text("docs/dependencies.md").matchAll(/^\| `([^`]+)` \|/gm)].map(
      (row) => row[1],
    );
    assert.deepEqual(justified.sort(), Object.keys(own).sort());
  });

  it("each one for running is imported, and what is imported is one of them", () => {
    const used = new Set(
      imports
        .map(({ to }) => to)
        .filter((to) => !to.startsWith("src/") && to !== "package.json" && !isBuiltin(to))
        .map((to) =>
          to
            .split("/")
            .slice(0, to.startsWith("@") ? 2 : 1)
            .join("/"),
        ),
    );
    assert.deepEqual(
      [...used].filter((name) => !(name in manifest.dependencies)),
      [],
    );
    assert.deepEqual(
      Object.keys(manifest.dependencies).filter((name) => !used.has(name)),
      [],
    );
  });

  it("the lock file has an entry for each platform's package, or npm ci refuses it elsewhere", () => {
    const packages: Record<string, { optionalDependencies?: Record<string, string> }> = JSON.parse(
      text("package-lock.json"),
    ).packages;
    for (const [path, entry] of Object.entries(packages))
      for (const name of Object.keys(entry.optionalDependencies ?? {}))
        assert.ok(
          `node_modules/${name}` in packages,
          `${path} may want ${name}, which is not locked`,
        );
  });
});
