/**
 * The firewall marks that rules set, in the texts of nft(8) (`nft list ruleset`) and of
 * iptables-save(8): `meta mark set 0x50`, `--set-xmark 0x50/0xffffffff`, `--set-mark 80`.
 */

const setting = /(?:meta mark set|--set-x?mark|--or-mark) (?:meta mark or )?(0x[0-9a-fA-F]+|\d+)/g;

/** Every mark that some rule of these texts sets. */
export function marksSetIn(...texts: readonly string[]): ReadonlySet<number> {
  const marks = new Set<number>();
  for (const text of texts)
    for (const [, value = ""] of text.matchAll(setting)) marks.add(Number(value));
  return marks;
}
