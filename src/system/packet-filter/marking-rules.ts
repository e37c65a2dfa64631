/** What the operator's own rules mark on this machine, whatever program has made them. */
import { marksSetIn } from "../../kernel/mark-text.ts";
import { ms } from "../../model/time.ts";
import { findProgram, runProgram } from "../program/program.ts";

const deadline = ms(5000);

const listings: readonly (readonly [file: string, ...args: readonly string[]])[] = [
  ["nft", "list", "ruleset"],
  ["iptables-save"],
  ["ip6tables-save"],
  ["iptables-legacy-save"],
  ["ip6tables-legacy-save"],
];

/** Null where no program could list any rules. Never throws. */
export async function readMarkingRules(path?: string): Promise<ReadonlySet<number> | null> {
  const texts: string[] = [];
  for (const [file, ...args] of listings) {
    if (findProgram(file, path) === null) continue;
    try {
      texts.push((await runProgram({ file, args, deadline, path })).stdout);
    } catch {
      // This program has no rules to list: the kernel lacks its tables, or we the privilege.
    }
  }
  return texts.length === 0 ? null : marksSetIn(...texts);
}
