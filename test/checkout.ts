/** The files of this checkout and what they import, for tests that judge them as text. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";

export const root = join(import.meta.dirname, "..");
export const text = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every file that git knows or would add, by its path below the checkout. */
export const files = spawnSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .stdout.split("\0")
  .filter((path) => path !== "" && readdirSync(join(root, dirname(path))).includes(basename(path)));
export const sources = files.filter((path) => path.startsWith("src/") && path.endsWith(".ts"));
export const tests = files.filter((path) => path.startsWith("test/") && path.endsWith(".ts"));

export interface Import {
  readonly from: string;
  /** A path below the checkout, `node:...`, or a library's name as it was written. */
  readonly to: string;
  /** `import type`: gone before anything runs. */
  readonly typesOnly: boolean;
  /** `import(...)`: only when it is first needed. */
  readonly late: boolean;
}

const importPattern =
  /^(?:import|export)\s[^;"]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"|new URL\("(\.[^"]+\.ts)", import\.meta\.url\)|\bimport\.meta\.dirname, "([^"]+\.ts)"/gm;

export function importsOf(path: string): Import[] {
  return [...text(path).matchAll(importPattern)].map((match) => {
    const named = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? "";
    const isPath = named.startsWith(".") || match[5] !== undefined;
    return {
      from: path,
      to: isPath ? normalize(join(dirname(path), named)) : named,
      typesOnly: /^(?:import|export)\s+type\s/.test(match[0]),
      late: match[3] !== undefined,
    };
  });
}

/**
 * A file, what it imports when it runs, and so on; but not what is behind `end`, and without
 * `late` only what is loaded with it.
 */
export function reach(
  path: string,
  { end, late = true }: { readonly end?: string; readonly late?: boolean } = {},
): ReadonlySet<string> {
  const reached = new Set([path]);
  for (const from of reached)
    if (from !== end && everyFile.has(from))
      for (const each of importsAt(from))
        if (!each.typesOnly && (late || !each.late)) reached.add(each.to);
  return reached;
}

const everyFile: ReadonlySet<string> = new Set([...sources, ...tests]);
const remembered = new Map<string, readonly Import[]>();

function importsAt(path: string): readonly Import[] {
  const known = remembered.get(path) ?? importsOf(path);
  remembered.set(path, known);
  return known;
}
