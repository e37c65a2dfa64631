/**
 * Piranha's lvs.cf, as far as to know one when it is seen. Reading it is not part of this release.
 *
 * It is recognised by its first statement, since names tell nothing: Piranha's parser wants the
 * `=` to stand alone, and no YAML mapping begins with a word and a lone `=` or with a block.
 */
import type { Problem } from "../../keys/problem.ts";

const statement = /^(?:[a-z_]+[ \t]+=(?:[ \t]|$)|(?:virtual|failover)[ \t]+\S+[ \t]*\{)/;

/** Whether a configuration's text is Piranha's. */
export function isPiranha(text: string): boolean {
  // Bounded: a comment longer than this at the head of an lvs.cf has not been seen.
  const lines = text.slice(0, 65_536).split(/\r?\n/);
  const first = lines.map((line) => line.trim()).find((line) => line !== "" && line[0] !== "#");
  return first !== undefined && statement.test(first);
}

/** What is said of such a file. */
export const piranhaProblem = (file: string): Problem => ({
  file,
  line: null,
  column: null,
  message: "this is a Piranha lvs.cf, which is not supported yet: import",
  hint: "write it as lvsd.yaml; lvsd init prints a commented one to start from",
});
