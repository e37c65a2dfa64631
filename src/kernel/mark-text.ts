/**
 * The firewall marks that rules set, in the texts of nft(8) (`nft list ruleset`) and of
 * iptables-save(8): `meta mark set 0x50`, `--set-xmark 0x50/0xffffffff`, `--set-mark 80`, and of
 * maps from which rules take marks: `meta mark set tcp dport map { 80 : 0x50 }`.
 */

const setting = /(?:meta mark set|--set-x?mark|--or-mark) (?:meta mark or )?(0x[0-9a-fA-F]+|\d+)/g;

/** A rule that takes the mark from a map; the map may be listed elsewhere in the text. */
const mapping = /meta mark set [^;\n]*\bmap\b/;
const mapped = / : (0x[0-9a-fA-F]+|\d+)\b/g;

/** Every mark that some rule of these texts sets. */
export function marksSetIn(...texts: readonly string[]): ReadonlySet<number> {
  const marks = new Set<number>();
  for (const text of texts)
    for (const pattern of mapping.test(text) ? [setting, mapped] : [setting])
      for (const [, value = ""] of text.matchAll(pattern)) marks.add(Number(value));
  return marks;
}
