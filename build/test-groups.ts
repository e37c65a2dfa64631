/**
 * Which test files may share a process. Starting one costs more than most pure tests do, so these
 * run together; which they are follows from what they import, so that no list has to be kept.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reach, root, text } from "../test/checkout.ts";

/** What neither acts on the machine nor keeps anything that another test would see. */
const harmless: ReadonlySet<string> = new Set([
  "node:assert/strict",
  "node:buffer",
  "node:crypto",
  "node:events",
  "node:fs",
  "node:fs/promises",
  "node:module",
  "node:net",
  "node:os",
  "node:path",
  "node:stream",
  "node:test",
  "node:timers/promises",
  "node:url",
  "node:util",
  "package.json",
  "cli-table3",
  "diff",
  "dns-packet",
  "eventsource-parser",
  "fast-check",
  "fastest-levenshtein",
  "ipaddr.js",
  "re2js",
  "tinyqueue",
  "yaml",
]);

/** In a test: the process as such, replaced functions, real time, and hooks of the whole file. */
const shared = /\bprocess\.|\bmock\b|\bset(?:Timeout|Interval)\b|^(?:after|before)(?:Each)?\(/m;

/** It asks git once which files there are; that is the same for all. */
const checkout = "test/checkout.ts";

/** Whether all that a test file imports is harmless, whatever else runs in its process. */
export function isPure(test: string): boolean {
  return [...reach(test, { end: checkout })]
    .filter((path) => path !== checkout)
    .every((path) =>
      /^(?:src|test|build)\//.test(path)
        ? !(path.startsWith("test/") && shared.test(text(path)))
        : harmless.has(path),
    );
}

/**
 * Folders whose tests act on the machine, each in a place of its own (a directory, a socket on
 * loopback), so that those in which nothing of the process is shared may run in one. Starting the
 * console costs more than most of its tests do.
 */
const apartFolders = ["test/checks/", "test/cli/", "test/console/", "test/daemon/vips/"];
/** Of such a folder: more would make one process the last one to end. */
const neighboursMax = 8;

const isNeighbour = (test: string): boolean =>
  apartFolders.some((folder) => test.startsWith(folder)) &&
  [...reach(test, { end: checkout })]
    .filter((path) => path !== checkout && path.startsWith("test/"))
    .every((path) => !shared.test(text(path)));

/**
 * The files to run: each pure one is in one of `count` groups, neighbours are a few to a group, any
 * other stands for itself. A group is a file of imports below `place`.
 */
export function grouped(tests: readonly string[], count: number, place: string): string[] {
  const pure = tests.filter(isPure);
  const neighbours = tests.filter((test) => !pure.includes(test) && isNeighbour(test));
  const apart = tests.filter((test) => !pure.includes(test) && !neighbours.includes(test));
  mkdirSync(place, { recursive: true });
  return [
    ...inGroups(pure, count, join(place, "pure")),
    ...inGroups(
      neighbours,
      Math.ceil(neighbours.length / neighboursMax),
      join(place, "neighbours"),
    ),
    ...apart,
  ];
}

/** Files `NAME-1.mjs` and so on, each of which imports its share of the tests. */
function inGroups(tests: readonly string[], count: number, name: string): string[] {
  const groups = Array.from({ length: count }, (_, group) => {
    const members = tests.filter((_, at) => at % count === group);
    const path = `${name}-${group + 1}.mjs`;
    writeFileSync(
      path,
      members.map((test) => `import ${JSON.stringify(join(root, test))};\n`).join(""),
    );
    return { path, members };
  });
  return groups.filter(({ members }) => members.length > 0).map(({ path }) => path);
}
