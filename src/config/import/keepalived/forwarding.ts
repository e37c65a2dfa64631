/** `lvs_method` and `lb_kind`: how packets reach a real server. */
import { type Conversion, quoted } from "./conversion.ts";
import type { Statement } from "./statements.ts";

/** lvsd's word; null: nothing is said. */
export function methodOf({ findings }: Conversion, given: Statement | undefined): string | null {
  if (given === undefined) return null;
  const [word = "", ...rest] = given.words;
  const known: Record<string, string> = { NAT: "nat", DR: "direct", TUN: "tunnel" };
  const method = known[word];
  if (method === undefined) {
    const hint = word === "FNAT" ? "the file is for DPVS" : "upper case only";
    findings.add(
      "suspicious",
      given.origin,
      given.keyword,
      `${quoted(word)} (${hint}): keepalived keeps NAT`,
    );
    return "nat";
  }
  if (method === "tunnel" && rest.length > 0 && !(rest[0] === "type" && rest[1] === "ipip"))
    findings.add(
      "changed",
      given.origin,
      given.keyword,
      `${rest.join(" ")}: write the tunnel's type by hand`,
    );
  return method;
}
