/**
 * Pacemaker's cib.xml, as far as a pair of LVS routers needs it: nodes, IPaddr2 resources, what else
 * there is. Read tag by tag: only names and attributes matter.
 */
import { isIP } from "node:net";
import type { Findings, ForeignFile } from "../imported.ts";
import type { Claim } from "./haresources.ts";

export interface Cib {
  readonly nodes: readonly string[];
  readonly claims: readonly Claim[];
  /** resource-stickiness above 0: a recovered node does not take its resources back. */
  readonly isSticky: boolean | null;
}

export const isCib = (text: string): boolean => /<cib[\s>]/.test(text.slice(0, 65_536));

interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
}

const tagsMax = 200_000;

function* tagsOf(text: string): Generator<Tag> {
  const pattern = /<(\/?)([\w:-]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>|\n/g;
  let line = 1;
  let count = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[2] === undefined) {
      line += 1;
      continue;
    }
    count += 1;
    if (count > tagsMax) return;
    const attributes = Object.fromEntries(
      [...(match[3] ?? "").matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
        ([, key = "", double, single]) => [key, double ?? single ?? ""],
      ),
    );
    yield { name: match[2], isEnd: match[1] === "/", attributes, line };
    line += (match[0].match(/\n/g) ?? []).length;
  }
}

export function readCib(file: ForeignFile, findings: Findings): Cib {
  const nodes: string[] = [];
  const claims: Claim[] = [];
  let isSticky: boolean | null = null;
  let open: { type: string; id: string; line: number; values: Map<string, string> } | null = null;
  for (const { name, isEnd, attributes, line } of tagsOf(file.text)) {
    const { id = "", type = "", uname, value = "" } = attributes;
    if (name === "node" && !isEnd && uname !== undefined) nodes.push(uname);
    else if (name === "primitive" && !isEnd) open = { type, id, line, values: new Map() };
    else if (name === "nvpair" && attributes.name === "resource-stickiness")
      isSticky = value === "INFINITY" || Number(value) > 0;
    else if (name === "nvpair" && open !== null) open.values.set(attributes.name ?? "", value);
    else if (name === "primitive" && isEnd && open !== null) {
      const { values } = open;
      const origin = { file: file.name, line: open.line };
      const address = values.get("ip") ?? "";
      if (/^IPaddr2?$/i.test(open.type) && isIP(address) !== 0) {
        const length = Number(values.get("cidr_netmask"));
        const most = isIP(address) === 6 ? 128 : 32;
        const isLength = Number.isInteger(length) && length > 0 && length <= most;
        claims.push({
          address,
          length: isLength ? length : most,
          device: values.get("nic") ?? "",
          origin,
        });
      } else if (open.type !== "ldirectord") {
        const fence = attributes.class === "stonith" || /fence|stonith/.test(open.type);
        findings.add(
          "left-out",
          origin,
          `${open.type} ${open.id}`,
          fence
            ? "a command under failover.fence cuts the peer off"
            : "what runs on the active router only: failover.services with start and stop commands",
        );
      }
      open = null;
    }
  }
  return { nodes, claims, isSticky };
}
