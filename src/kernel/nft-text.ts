/**
 * nftables' language (nft(8)) and its JSON (libnftables-json(5)) for the one table that lvsd owns,
 * `inet lvsd`. What is printed replaces the whole table in one transaction.
 *
 * Knows the rules that lvsd prints, and no others: anything else in the table is `strange`, which
 * makes it another table than the desired one.
 */
import {
  bitsOf,
  type Family,
  family,
  type IpAddress,
  type Prefix,
  parseAddress,
  printPrefix,
} from "../model/address.ts";
import { protocols } from "../model/service.ts";
import type { MarkRule, PacketRule, PortSpan, SourceRule } from "../table/packet-filter.ts";

/** As nft names it after the family. */
export const nftTable = "inet lvsd";

/** Before conntrack's NAT and routing, where IPVS sees the mark; and where sources are chosen. */
const chains = {
  marks: "type filter hook prerouting priority mangle; policy accept;",
  sources: "type nat hook postrouting priority srcnat; policy accept;",
} as const;

/** The text for `nft -f -` that takes the table away, whether it is there or not. */
export const nftRemoval = `add table ${nftTable}\ndelete table ${nftTable}\n`;

/** The text for `nft -f -` that makes the table consist of these rules. */
export function nftText(rules: readonly PacketRule[]): string {
  const lines = { marks: [] as string[], sources: [] as string[] };
  for (const rule of rules) lines[rule.kind === "mark" ? "marks" : "sources"].push(nftRule(rule));
  const body = Object.entries(chains)
    .filter(([name]) => lines[name as keyof typeof chains].length > 0)
    .map(([name, head]) => {
      const inner = [head, ...lines[name as keyof typeof chains]];
      return `  chain ${name} {\n${inner.map((line) => `    ${line}\n`).join("")}  }\n`;
    });
  return `${nftRemoval}table ${nftTable} {\n${body.join("")}}\n`;
}

/** One rule as nft prints it. */
export function nftRule(rule: PacketRule): string {
  const of = rule.family === 4 ? "ip" : "ip6";
  if (rule.kind === "mark")
    return [
      `${of} daddr ${setOf(rule.addresses)}`,
      `${rule.protocol} dport ${setOf(rule.ports.map(printSpan))}`,
      `meta mark set 0x${rule.fwmark.toString(16).padStart(8, "0")}`,
    ].join(" ");
  const words = [
    `${of} saddr ${"address" in rule.from ? printPrefix(rule.from) : setOf(rule.from)}`,
  ];
  if (rule.except !== null) words.push(`${of} daddr != ${printPrefix(rule.except)}`);
  if (rule.port !== null) words.push(`tcp sport ${rule.port}`);
  words.push(rule.source === null ? "masquerade" : `snat ${of} to ${rule.source}`);
  return words.join(" ");
}

const printSpan = ({ from, to }: PortSpan): string => (from === to ? `${from}` : `${from}-${to}`);

const setOf = (items: readonly string[]): string =>
  items.length === 1 ? `${items[0]}` : `{ ${items.join(", ")} }`;

/** The table as it was read. */
export interface ReadFilter {
  readonly rules: readonly PacketRule[];
  /** Chains or rules that lvsd never makes, in short. */
  readonly strange: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Reads what `nft -j list table inet lvsd` prints; null: that is no such text. */
export function parseNft(text: string): ReadFilter | null {
  let listed: unknown;
  try {
    listed = (JSON.parse(text) as Json).nftables;
  } catch {
    return null;
  }
  if (!Array.isArray(listed)) return null;
  const rules: PacketRule[] = [];
  const strange: string[] = [];
  for (const each of listed as readonly Json[]) {
    // With flags it is another one: a dormant table does nothing.
    const isPlain = "table" in each && mapOf(each.table).flags === undefined;
    if ("metainfo" in each || isPlain || isOwnChain(each.chain)) continue;
    const rule = "rule" in each ? readRule(mapOf(each.rule)) : null;
    if (rule === null) strange.push(JSON.stringify(each).slice(0, 200));
    else rules.push(rule);
  }
  return { rules, strange };
}

/** What makes two tables one: every rule in its chain and order, and nothing else. */
export const sameFilter = (wanted: readonly PacketRule[], found: ReadFilter): boolean =>
  found.strange.length === 0 && nftText(wanted) === nftText(found.rules);

const mapOf = (value: unknown): Json =>
  typeof value === "object" && value !== null ? (value as Json) : {};

/** The numbers of `mangle` and `srcnat` (nft(8), priorities). */
const hooks: Readonly<Record<string, string>> = {
  marks: "filter prerouting -150 accept",
  sources: "nat postrouting 100 accept",
};

function isOwnChain(value: unknown): boolean {
  const { name, type, hook, prio, policy } = mapOf(value);
  return typeof name === "string" && hooks[name] === `${type} ${hook} ${prio} ${policy}`;
}

function readRule({ chain, expr }: Json): PacketRule | null {
  if (!Array.isArray(expr)) return null;
  const steps = expr.map(mapOf);
  return chain === "marks" ? readMark(steps) : chain === "sources" ? readSource(steps) : null;
}

interface Match {
  /** `ip daddr`, `tcp dport`. */
  readonly left: string;
  readonly op: string;
  readonly right: unknown;
}

function matchOf(step: Json | undefined): Match | null {
  const { left, op, right } = mapOf(step?.match);
  const { protocol, field } = mapOf(mapOf(left).payload);
  if (typeof op !== "string" || typeof protocol !== "string") return null;
  return { left: `${protocol} ${field}`, op, right };
}

const familyNamed = (left: string, field: string): Family | null =>
  left === `ip ${field}` ? 4 : left === `ip6 ${field}` ? 6 : null;

function readMark([first, second, third, ...more]: readonly Json[]): MarkRule | null {
  const to = matchOf(first);
  const ports = matchOf(second);
  const { key, value } = mapOf(third?.mangle);
  if (to?.op !== "==" || ports?.op !== "==" || more.length > 0) return null;
  const of = familyNamed(to.left, "daddr");
  const protocol = protocols.find((each) => ports.left === `${each} dport`);
  const addresses = readAddresses(to.right);
  const spans = readSpans(ports.right);
  if (of === null || protocol === undefined || addresses === null || spans === null) return null;
  if (mapOf(mapOf(key).meta).key !== "mark" || typeof value !== "number") return null;
  return { kind: "mark", family: of, addresses, protocol, ports: spans, fwmark: value };
}

function readSource(steps: readonly Json[]): SourceRule | null {
  const [first, ...rest] = steps;
  const last = rest.pop();
  const from = matchOf(first);
  const of = from?.op === "==" ? familyNamed(from.left, "saddr") : null;
  if (from === null || of === null || last === undefined) return null;
  const source = readSourceOf(last);
  const machines = readPrefix(from.right) ?? readAddresses(from.right);
  if (source === undefined || machines === null) return null;
  let [except, port]: [Prefix | null, number | null] = [null, null];
  for (const step of rest) {
    const match = matchOf(step);
    if (match === null) return null;
    if (familyNamed(match.left, "daddr") === of && match.op === "!=")
      except = readPrefix(match.right);
    else if (match.left === "tcp sport" && match.op === "==" && typeof match.right === "number")
      port = match.right;
    else return null;
    if (except === null && port === null) return null;
  }
  return { kind: "source", family: of, from: machines, except, port, source };
}

/** Null: the router's own address; undefined: no such statement. */
function readSourceOf(step: Json): IpAddress | null | undefined {
  if ("masquerade" in step) return step.masquerade === null ? null : undefined;
  const { addr, family: _family, ...more } = mapOf(step.snat);
  if (typeof addr !== "string" || Object.keys(more).length > 0) return undefined;
  return parseAddress(addr) ?? undefined;
}

const itemsOf = (right: unknown): readonly unknown[] => {
  const { set } = mapOf(right);
  return Array.isArray(set) ? set : [right];
};

function readAddresses(right: unknown): readonly IpAddress[] | null {
  const addresses = itemsOf(right).map((item) =>
    typeof item === "string" ? parseAddress(item) : null,
  );
  return addresses.includes(null) ? null : (addresses as readonly IpAddress[]);
}

function readSpans(right: unknown): readonly PortSpan[] | null {
  const spans = itemsOf(right).map((item): PortSpan | null => {
    if (typeof item === "number") return { from: item, to: item };
    const { range } = mapOf(item);
    const [from, to] = Array.isArray(range) ? range : [];
    return typeof from === "number" && typeof to === "number" ? { from, to } : null;
  });
  return spans.includes(null) ? null : (spans as readonly PortSpan[]);
}

/** nft prints a network of one address as that address. */
function readPrefix(right: unknown): Prefix | null {
  const { addr, len } = mapOf(mapOf(right).prefix);
  const address = typeof addr === "string" ? parseAddress(addr) : null;
  if (address === null || typeof len !== "number") return null;
  return len <= bitsOf(family(address)) ? { address, length: len } : null;
}
