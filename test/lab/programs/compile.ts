/** The lab's few programs in C: they run where Node cannot, or where its own pauses would count. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";

const shared = path.join(import.meta.dirname, "questions.h");

/**
 * Compiles `NAME.c` of this directory into `place`, unless that was done before; the result's path.
 * Throws when that fails; the compiler's words are on standard error.
 */
export function compile(name: string, place: string, ...options: readonly string[]): string {
  const source = path.join(import.meta.dirname, `${name}.c`);
  const hash = createHash("sha256").update(readFileSync(source)).update(readFileSync(shared));
  const result = path.join(place, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(result)) {
    const own = `${result}.${process.pid}`;
    try {
      execFileSync("gcc", ["-O2", ...options, "-o", own, source]);
    } catch (thrown) {
      throw new Error(`${source} cannot be compiled (gcc missing? make setup)`, { cause: thrown });
    }
    renameSync(own, result);
  }
  return result;
}
