/**
 * Which virtual blocks of an lvs.cf become virtual servers. For IPVS two blocks may be the same
 * service; for lvsd no endpoint belongs to two virtual servers, also where marks distinguish them.
 */
import type { Block } from "./statements.ts";

export type Standing =
  | {
      readonly kind: "kept";
      /** The block that has this one's address, protocol and port; null: this one. */
      readonly endpointOf: Block | null;
    }
  | { readonly kind: "left-out"; readonly why: string };

const numberIn = (block: Block, key: string): number => block.values.get(key)?.number ?? 0;
const isActive = (block: Block): boolean => numberIn(block, "active") === 1;

export const portIn = (block: Block): number => block.values.get("port")?.number ?? 80;

export const endpointIn = (block: Block): string => {
  const protocol = block.values.get("protocol")?.text === "udp" ? "udp" : "tcp";
  return `${protocol} ${block.values.get("address")?.text}:${portIn(block)}`;
};

/** Active blocks go before others, and those that have nothing but their endpoint before marks. */
export function standingsOf(blocks: readonly Block[]): ReadonlyMap<Block, Standing> {
  const placed = blocks.filter((block) => (block.values.get("address")?.text ?? "") !== "");
  const marked = placed.filter((block) => numberIn(block, "fwmark") !== 0);
  const plain = placed.filter((block) => !marked.includes(block));
  const inOrder = [plain, marked].flatMap((all) => [
    ...all.filter(isActive),
    ...all.filter((block) => !isActive(block)),
  ]);
  const endpoints = new Map<string, Block>();
  const marks = new Map<number, Block>();
  const standings = new Map<Block, Standing>();
  for (const block of inOrder) {
    const mark = numberIn(block, "fwmark");
    const endpoint = endpoints.get(endpointIn(block)) ?? null;
    const same = mark === 0 ? endpoint : (marks.get(mark) ?? null);
    if (same !== null) {
      const why = isActive(block) ? "its ipvsadm call fails" : "and it is not active";
      const service = `the same service as virtual ${same.name} in line ${same.line}`;
      standings.set(block, { kind: "left-out", why: `${service}: ${why}` });
      continue;
    }
    if (mark !== 0) marks.set(mark, block);
    if (endpoint === null) endpoints.set(endpointIn(block), block);
    standings.set(block, { kind: "kept", endpointOf: endpoint });
  }
  return standings;
}
