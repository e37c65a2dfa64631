/**
 * What a packet filter does with a datagram that comes in, from the JSON of `nft -j list ruleset`
 * (libnftables-json(5)). A rule with a match that is not understood here is passed over, so that
 * "dropped" is certain and anything else is not.
 */
import { holds, type IpAddress, parsePrefix } from "../model/address.ts";

export interface Datagram {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly port: number;
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly prio?: number;
  readonly policy?: string;
}

interface Rule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly expr: readonly Record<string, unknown>[];
}

type Verdict = "accept" | "drop" | "return" | null;

type Known = Record<string, unknown>;
const isObject = (value: unknown): value is Known => typeof value === "object" && value !== null;

/** The chain that drops it (`ip filter INPUT`), or null where none certainly does. */
export function droppedBy(ruleset: unknown, datagram: Datagram): string | null {
  const listed = isObject(ruleset) && Array.isArray(ruleset.nftables) ? ruleset.nftables : [];
  const chains = listed.flatMap((one) =>
    isObject(one) && "chain" in one ? [one.chain as Chain] : [],
  );
  const rules = listed.flatMap((one) => (isObject(one) && "rule" in one ? [one.rule as Rule] : []));
  const own = datagram.to.includes(":") ? "ip6" : "ip";
  const entrances = chains
    .filter(({ hook, family }) => hook === "input" && (family === "inet" || family === own))
    .sort((a, b) => (a.prio ?? 0) - (b.prio ?? 0));
  for (const chain of entrances) {
    const verdict = walk(chain, rules, datagram, 0);
    const end = verdict === null || verdict === "return" ? (chain.policy ?? "accept") : verdict;
    if (end === "drop") return `${chain.family} ${chain.table} ${chain.name}`;
  }
  return null;
}

/** Deeper jumps than the kernel takes (NFT_JUMP_STACK_SIZE) are no rules. */
const depthMax = 16;

function walk(
  { family, table, name }: Pick<Chain, "family" | "table" | "name">,
  rules: readonly Rule[],
  datagram: Datagram,
  depth: number,
): Verdict {
  if (depth > depthMax) return null;
  for (const rule of rules) {
    if (rule.family !== family || rule.table !== table || rule.chain !== name) continue;
    const matched = rule.expr.filter((one) => "match" in one || !isStatement(one));
    if (!matched.every((one) => isObject(one.match) && matches(one.match, datagram))) continue;
    const verdict = verdictOf(rule, rules, datagram, depth);
    if (verdict !== null) return verdict;
  }
  return null;
}

function verdictOf(rule: Rule, rules: readonly Rule[], datagram: Datagram, depth: number): Verdict {
  for (const one of rule.expr) {
    if ("accept" in one) return "accept";
    if ("drop" in one || "reject" in one) return "drop";
    if ("return" in one) return "return";
    const jump = one.jump ?? one.goto;
    if (!isObject(jump) || typeof jump.target !== "string") continue;
    const { family, table } = rule;
    const verdict = walk({ family, table, name: jump.target }, rules, datagram, depth + 1);
    if (verdict === "accept" || verdict === "drop") return verdict;
    if ("goto" in one) return "return";
  }
  return null;
}

/** What acts and matches nothing. */
const isStatement = (one: Known): boolean =>
  ["accept", "drop", "reject", "return", "jump", "goto", "counter", "log"].some(
    (name) => name in one,
  );

/** Whether a match is understood, and fits. */
function matches({ op, left, right }: Known, datagram: Datagram): boolean {
  const fits = valueFits(left, right, datagram);
  if (fits === null) return false;
  return op === "!=" ? !fits : (op === "==" || op === "in") && fits;
}

function valueFits(left: unknown, right: unknown, { from, to, port }: Datagram): boolean | null {
  if (!isObject(left)) return null;
  if (isObject(left.meta) && left.meta.key === "l4proto")
    return includes(right, (one) => one === "udp" || one === 17);
  if (!isObject(left.payload)) return null;
  const { protocol, field } = left.payload;
  const named = `${String(protocol)} ${String(field)}`;
  if (named === "udp dport" || named === "th dport")
    return includes(right, (one) => portIn(one, port));
  if (named === "ip protocol") return includes(right, (one) => one === "udp" || one === 17);
  // Another protocol's port: does not fit, whatever it is.
  if (protocol === "tcp" || protocol === "sctp" || protocol === "icmp" || protocol === "icmpv6")
    return false;
  if (named === "ip saddr" || named === "ip6 saddr")
    return includes(right, (one) => addressIn(one, from));
  if (named === "ip daddr" || named === "ip6 daddr")
    return includes(right, (one) => addressIn(one, to));
  return null;
}

const includes = (right: unknown, fits: (one: unknown) => boolean): boolean =>
  isObject(right) && Array.isArray(right.set) ? right.set.some(fits) : fits(right);

const portIn = (one: unknown, port: number): boolean => {
  const range = isObject(one) && Array.isArray(one.range) ? one.range : null;
  return range === null ? one === port : port >= Number(range[0]) && port <= Number(range[1]);
};

function addressIn(one: unknown, address: IpAddress): boolean {
  if (typeof one === "string") return one === address;
  if (!isObject(one) || !isObject(one.prefix)) return false;
  const prefix = parsePrefix(`${String(one.prefix.addr)}/${String(one.prefix.len)}`);
  return prefix !== null && holds(prefix, address);
}
