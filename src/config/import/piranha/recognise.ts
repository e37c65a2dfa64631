/**
 * Whether a text is Piranha's lvs.cf. It is recognised by its first statement, since names say
 * nothing: Piranha's parser wants the `=` to stand alone, and no YAML mapping begins with a word
 * and a lone `=` or with a block.
 */
const statement = /^(?:[a-z_]+[ \t]+=(?:[ \t]|$)|(?:virtual|failover)[ \t]+\S+[ \t]*\{)/;

export function isPiranha(text: string): boolean {
  // Bounded: a comment longer than this at the head of an lvs.cf has not been seen.
  const lines = text.slice(0, 65_536).split(/\r?\n/);
  const first = lines.map((line) => line.trim()).find((line) => line !== "" && line[0] !== "#");
  return first !== undefined && statement.test(first);
}
