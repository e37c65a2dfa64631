/** The packet filter's table as an object that lvsd keeps: read back, repaired, removed. */
import { nftText, type ReadFilter, sameFilter } from "../../kernel/nft-text.ts";
import { messageOf } from "../../model/error.ts";
import { seconds } from "../../model/time.ts";
import type { PacketFilter } from "../../system/packet-filter/nft.ts";
import { describeRule, type PacketRule } from "../../table/packet-filter.ts";
import type { KeptObject } from "./kept-object.ts";

/** To list it starts a program. */
const every = seconds(10);

/** The table `inet lvsd` with these rules; nothing where there are none. */
export function keptFilter(
  rules: readonly PacketRule[],
  filter: PacketFilter,
): readonly KeptObject[] {
  if (rules.length === 0) return [];
  return [
    {
      name: "nft table inet lvsd",
      every,
      needed: true,
      wanted: nftText(rules),
      // Without marks the services by mark get nothing.
      costsService: rules.some(({ kind }) => kind === "mark"),
      async look() {
        let found: ReadFilter | null;
        try {
          found = await filter.read();
        } catch (thrown) {
          return { kind: "unread", why: messageOf(thrown) };
        }
        try {
          if (found !== null && sameFilter(rules, found)) return { kind: "right" };
          await filter.replace(rules);
          const now = await filter.read();
          if (now === null || !sameFilter(rules, now))
            return { kind: "wrong", why: "it reads back otherwise than it was set" };
          return { kind: "set", found: found === null ? "nothing" : wordsOf(found) };
        } catch (thrown) {
          return { kind: "wrong", why: messageOf(thrown) };
        }
      },
    },
  ];
}

const wordsOf = (found: {
  readonly rules: readonly PacketRule[];
  readonly strange: readonly string[];
}): string => [...found.rules.map(describeRule), ...found.strange].join("; ") || "no rules";
