/**
 * What a packet filter does with a packet for this machine itself, from the JSON of
 * `nft -j list ruleset` (libnftables-json(5)).
 *
 * A match is met, is not met, or is not understood here. Where a rule that is not understood may
 * accept the packet nothing is said: "dropped" is certain, and anything else is not.
 */
import {
  compareAddresses,
  family,
  holds,
  type IpAddress,
  parseAddress,
  parsePrefix,
} from "../model/address.ts";
import type { Protocol } from "../model/service.ts";

export interface Packet {
  /** Null: any machine. */
  readonly from: IpAddress | null;
  readonly to: IpAddress;
  readonly protocol: Protocol;
  readonly port: number;
  /** By which it comes in; null: not known. */
  readonly device: string | null;
  /**
   * Whether this machine sends such packets the other way, from that port, so that connection
   * tracking takes it for an answer (`ct state established`).
   */
  readonly answers: boolean;
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
  readonly expr: readonly Known[];
}

/** `accept` also where it may be accepted; null: the next rule decides. */
type Verdict = "accept" | "drop" | "return" | null;

type Known = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Known =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether something holds; null: it is not understood. */
type Fit = boolean | null;

/** Answers for a ruleset which chain drops a packet (`ip filter INPUT`); null: none certainly does. */
export function inputFilter(ruleset: unknown): (packet: Packet) => string | null {
  const listed = isObject(ruleset) && Array.isArray(ruleset.nftables) ? ruleset.nftables : [];
  const chains = listed.flatMap((one) =>
    isObject(one) && isObject(one.chain) ? [one.chain as unknown as Chain] : [],
  );
  const rules = Map.groupBy(
    listed.flatMap((one) =>
      isObject(one) && isObject(one.rule) && Array.isArray(one.rule.expr)
        ? [one.rule as unknown as Rule]
        : [],
    ),
    ({ family: of, table, chain }) => `${of} ${table} ${chain}`,
  );
  return (packet) => {
    const own = family(packet.to) === 6 ? "ip6" : "ip";
    const entrances = chains
      .filter(({ hook, family: of }) => hook === "input" && (of === "inet" || of === own))
      .sort((a, b) => (a.prio ?? 0) - (b.prio ?? 0));
    for (const chain of entrances) {
      const name = `${chain.family} ${chain.table} ${chain.name}`;
      const verdict = walk(name, rules, packet, 0);
      const end = verdict === null || verdict === "return" ? (chain.policy ?? "accept") : verdict;
      if (end === "drop") return name;
    }
    return null;
  };
}

/** Deeper jumps than the kernel takes (NFT_JUMP_STACK_SIZE) are no rules. */
const depthMax = 16;

type Rules = ReadonlyMap<string, readonly Rule[]>;

function walk(chain: string, rules: Rules, packet: Packet, depth: number): Verdict {
  if (depth > depthMax) return null;
  for (const rule of rules.get(chain) ?? []) {
    const verdict = ruleVerdict(rule, rules, packet, depth);
    if (verdict !== null) return verdict;
  }
  return null;
}

function ruleVerdict(rule: Rule, rules: Rules, packet: Packet, depth: number): Verdict {
  const fit = every(rule.expr.map((one) => stepFits(one, packet)));
  if (fit === false) return null;
  const verdict = verdictOf(rule, rules, packet, depth);
  if (fit === true) return verdict;
  // Met or not: a drop there changes nothing, and any other end may let the packet in.
  return verdict === "drop" || verdict === null ? null : "accept";
}

function verdictOf(rule: Rule, rules: Rules, packet: Packet, depth: number): Verdict {
  for (const one of rule.expr) {
    if ("accept" in one) return "accept";
    if ("drop" in one || "reject" in one) return "drop";
    if ("return" in one) return "return";
    // Which of its verdicts it is depends on what is looked up, or on another program.
    if ("vmap" in one || "queue" in one || "synproxy" in one || isTaker(one.xt)) return "accept";
    const jump = one.jump ?? one.goto;
    if (!isObject(jump) || typeof jump.target !== "string") continue;
    const verdict = walk(`${rule.family} ${rule.table} ${jump.target}`, rules, packet, depth + 1);
    if (verdict === "accept" || verdict === "drop") return verdict;
    if ("goto" in one) return "return";
  }
  return null;
}

/** A target of xtables that takes a packet and may let it in. */
const isTaker = (xt: unknown): boolean =>
  isObject(xt) && (xt.name === "NFQUEUE" || xt.name === "SYNPROXY");

/** What acts and matches nothing. */
const statements = [
  "accept",
  "drop",
  "reject",
  "return",
  "jump",
  "goto",
  "vmap",
  "counter",
  "log",
  "mangle",
  "notrack",
];

function stepFits(step: Known, packet: Packet): Fit {
  if (isObject(step.match)) return matchFits(step.match, packet);
  return statements.some((name) => name in step) ? true : null;
}

function matchFits({ op, left, right }: Known, packet: Packet): Fit {
  const fit = leftFits(left, right, packet);
  if (fit === null) return null;
  if (op === "!=") return !fit;
  return op === "==" || op === "in" ? fit : null;
}

function leftFits(left: unknown, right: unknown, packet: Packet): Fit {
  if (!isObject(left)) return null;
  if (isObject(left.meta)) return metaFits(left.meta.key, right, packet);
  if (isObject(left.ct)) return left.ct.key === "state" ? stateFits(right, packet) : null;
  return isObject(left.payload) ? payloadFits(left.payload, right, packet) : null;
}

const numbers: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

function metaFits(key: unknown, right: unknown, { to, protocol, device }: Packet): Fit {
  if (key === "l4proto") return holdsOne(right, isProtocol(protocol));
  if (key === "nfproto")
    return holdsOne(right, (one) => one === (family(to) === 4 ? "ipv4" : "ipv6"));
  if (key === "iifname" || key === "iif") return holdsOne(right, (one) => isDevice(one, device));
  return null;
}

const isProtocol =
  (protocol: Protocol) =>
  (one: unknown): boolean =>
    one === protocol || one === numbers[protocol];

/** A name may end in `*` (nft(8), meta iifname). */
function isDevice(one: unknown, device: string | null): Fit {
  if (typeof one !== "string" || device === null) return null;
  return one.endsWith("*") ? device.startsWith(one.slice(0, -1)) : one === device;
}

/**
 * What was not answered stays new; what answers may be new as long as nothing was sent. Whether it
 * is tracked at all was decided before, by rules that are not read.
 */
function stateFits(right: unknown, { answers }: Packet): Fit {
  if (holdsOne(right, (one) => one === "untracked") === true) return null;
  const established = holdsOne(right, (one) => one === "established");
  const isNew = holdsOne(right, (one) => one === "new");
  if (!answers) return isNew;
  return established === true ? true : isNew === true ? null : established;
}

function payloadFits({ protocol, field }: Known, right: unknown, packet: Packet): Fit {
  const named = `${String(protocol)} ${String(field)}`;
  if (named === `${packet.protocol} dport` || named === "th dport")
    return holdsOne(right, (one) => portIn(one, packet.port));
  if (named === "ip protocol" || named === "ip6 nexthdr")
    return holdsOne(right, isProtocol(packet.protocol));
  // Another protocol's field: does not fit, whatever it is.
  if (others.has(String(protocol)) && protocol !== packet.protocol) return false;
  if (protocol !== (family(packet.to) === 4 ? "ip" : "ip6"))
    return protocol === "ip" || protocol === "ip6" ? false : null;
  if (field === "saddr") {
    const { from } = packet;
    return from === null ? null : holdsOne(right, (one) => addressIn(one, from));
  }
  return field === "daddr" ? holdsOne(right, (one) => addressIn(one, packet.to)) : null;
}

const others = new Set(["tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "esp"]);

/** One value, a set of such, or several; a set by its name (`@trusted`) is listed elsewhere. */
function holdsOne(right: unknown, fits: (one: unknown) => Fit): Fit {
  const list = isObject(right) && Array.isArray(right.set) ? right.set : right;
  if (!Array.isArray(list)) return isNamed(list) ? null : fits(list);
  return some(list.map((one) => (isNamed(one) ? null : fits(elementOf(one)))));
}

const isNamed = (one: unknown): boolean => typeof one === "string" && one.startsWith("@");

/** With a timeout or a comment an element is `{ elem: { val } }`. */
const elementOf = (one: unknown): unknown =>
  isObject(one) && isObject(one.elem) ? one.elem.val : one;

const some = (fits: readonly Fit[]): Fit =>
  fits.includes(true) ? true : fits.includes(null) ? null : false;

const every = (fits: readonly Fit[]): Fit =>
  fits.includes(false) ? false : fits.includes(null) ? null : true;

function rangeOf(one: unknown): readonly [first: unknown, last: unknown] | null {
  if (!isObject(one) || !Array.isArray(one.range)) return null;
  const [first, last] = one.range as readonly unknown[];
  return [first, last];
}

function portIn(one: unknown, port: number): Fit {
  const [first, last] = rangeOf(one) ?? [one, one];
  if (typeof first !== "number" || typeof last !== "number") return null;
  return port >= first && port <= last;
}

function addressIn(one: unknown, address: IpAddress): Fit {
  if (isObject(one) && isObject(one.prefix)) {
    const prefix = parsePrefix(`${String(one.prefix.addr)}/${String(one.prefix.len)}`);
    return prefix === null ? null : holds(prefix, address);
  }
  const [first, last] = (rangeOf(one) ?? [one, one]).map((end) =>
    typeof end === "string" ? parseAddress(end) : null,
  );
  if (!first || !last) return null;
  if (family(first) !== family(address)) return false;
  return compareAddresses(first, address) <= 0 && compareAddresses(address, last) <= 0;
}
