/** `lvs_method` and `lb_kind`: how packets reach a real server. */
import type { Findings } from "../imported.ts";
import { MapNode } from "../outline.ts";
import { type Conversion, portOf, quoted } from "./conversion.ts";
import type { Statement } from "./statements.ts";

const methods: Readonly<Record<string, string>> = { NAT: "nat", DR: "direct", TUN: "tunnel" };

/** lvsd's word; null: nothing is said. `usual` is what keepalived keeps where it is none. */
export function methodOf(
  { findings }: Conversion,
  given: Statement | undefined,
  usual = "nat",
): string | null {
  if (given === undefined) return null;
  const [word = ""] = given.words;
  if (Object.hasOwn(methods, word)) return methods[word] ?? usual;
  const hint = word === "FNAT" ? "the file is for DPVS" : "upper case only";
  const kept = Object.entries(methods).find(([, method]) => method === usual)?.[0] ?? "NAT";
  findings.add(
    "suspicious",
    given.origin,
    given.keyword,
    `${quoted(word)} (${hint}): keepalived keeps ${kept}`,
  );
  return usual;
}

const checksums: Readonly<Record<string, boolean | "remote">> = {
  nocsum: false,
  csum: true,
  remcsum: "remote",
};

/** `TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]` as a map; null: IP in IP. */
export function tunnelOf(given: Statement | undefined, findings: Findings): MapNode | null {
  if (given === undefined || given.words[0] !== "TUN") return null;
  const { words, origin, keyword } = given;
  const after = (word: string): string | undefined => {
    const at = words.indexOf(word);
    return at === -1 ? undefined : words[at + 1];
  };
  const type = after("type") ?? "ipip";
  if (type === "ipip") return null;
  const port = portOf(after("port"));
  const isSound = type === "gre" || (type === "gue" && port !== null && port !== 0);
  if (!isSound) {
    const text = `${words.slice(1).join(" ")}: no type of a tunnel, or gue without its port: IP in IP`;
    findings.add("suspicious", origin, keyword, text);
    return null;
  }
  const map = new MapNode("flow").set("type", type);
  if (type === "gue") map.set("port", port ?? 0);
  const checksum = words.findLast((word) => Object.hasOwn(checksums, word));
  if (checksum !== undefined && checksum !== "nocsum") map.set("checksum", checksums[checksum]);
  return map;
}
