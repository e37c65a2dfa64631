/** The files of this checkout, for tests that judge them as text. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

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
