/** What a virtual_server head stands for: one address, a firewall mark, or the entries of a group. */
import { isIPv6 } from "node:net";
import type { Findings } from "../imported.ts";
import type { Origin } from "../outline.ts";
import { isAddress, portOf, quoted } from "./conversion.ts";
import { TooLarge } from "./expand.ts";
import type { Statement } from "./statements.ts";

export type Head =
  | {
      readonly kind: "address";
      readonly address: string;
      readonly port: number;
      readonly origin: Origin;
    }
  | {
      readonly kind: "mark";
      readonly mark: number;
      readonly family: 4 | 6 | null;
      readonly origin: Origin;
    };

/** Services of one file: what lvsd.yaml may hold of them, and more than anyone has. */
export const headsMax = 5000;
/** Addresses of one entry of a group: more would be a table that nobody reads. */
const addressesMax = 1024;

/** The services of one virtual_server statement. */
export function headsOf(
  server: Statement,
  groups: ReadonlyMap<string, Statement>,
  findings: Findings,
): readonly Head[] {
  const [first = "", second = "", ...more] = server.words;
  if (more.length > 0) {
    const text = `${more.join(" ")}: keepalived ignores words behind the head`;
    findings.add("changed", server.origin, `virtual_server ${first} ${second}`, text);
  }
  if (first !== "group") return single(server, first, second, findings);
  const group = groups.get(second);
  if (group === undefined) {
    findings.add("suspicious", server.origin, `virtual_server group ${second}`, "no such group");
    return [];
  }
  const heads: Head[] = [];
  for (const line of group.block ?? []) {
    heads.push(...entry([line.keyword, ...line.words], line.origin, findings));
    if (heads.length > headsMax)
      throw new TooLarge(
        `${line.origin.file}:${line.origin.line}: more than ${headsMax} addresses`,
      );
  }
  if (heads.length === 0)
    findings.add("suspicious", group.origin, `group ${second}`, "empty: keepalived removes it");
  const families = new Set(heads.map(familyOf));
  if (families.has(4) && families.has(6))
    findings.add(
      "suspicious",
      server.origin,
      `virtual_server group ${second}`,
      "addresses of both families: keepalived drops it, unless each mark has its family and all real servers are behind tunnels; here each address is served by the real servers of its family",
    );
  return heads;
}

const familyOf = (head: Head): 4 | 6 | null =>
  head.kind === "mark" ? head.family : isIPv6(head.address) ? 6 : 4;

/** A virtual server names one address or mark: ranges and networks are for groups. */
function single(
  { origin }: Statement,
  first: string,
  second: string,
  findings: Findings,
): readonly Head[] {
  if (first === "fwmark" || isAddress(first)) return entry([first, second], origin, findings);
  const [start] = addressesOf(first) ?? [];
  const text =
    start === undefined
      ? "no address, fwmark or group: keepalived drops it"
      : `ranges are for groups: keepalived takes ${start} alone`;
  findings.add("suspicious", origin, `virtual_server ${first}`, text);
  return start === undefined ? [] : entry([start, second], origin, findings);
}

function entry(words: readonly string[], origin: Origin, findings: Findings): readonly Head[] {
  const [first = "", second = "", third = ""] = words;
  if (first === "fwmark") {
    const mark = /^\d{1,10}$/.test(second) ? Number(second) : 0;
    if (mark < 1 || mark > 2 ** 32 - 1) {
      findings.add("suspicious", origin, `fwmark ${second}`, "no firewall mark");
      return [];
    }
    const family = third === "inet6" ? 6 : third === "inet" ? 4 : null;
    return [{ kind: "mark", mark, family, origin }];
  }
  const port = portOf(second === "" ? undefined : second);
  if (port === null) {
    findings.add("suspicious", origin, first, `${quoted(second)} is no port`);
    return [];
  }
  const addresses = addressesOf(first);
  if (addresses === null || addresses.length > addressesMax) {
    const text =
      addresses === null ? "no address, range or network" : `more than ${addressesMax} addresses`;
    findings.add("left-out", origin, first, text);
    return [];
  }
  return addresses.map((address) => ({ kind: "address", address, port, origin }));
}

/** One address, `A.B.C.D-E`, `x::a-c`, `ADDRESS-ADDRESS` or `NETWORK/LENGTH`; null: none of these. */
export function addressesOf(text: string): readonly string[] | null {
  if (isAddress(text)) return [text];
  const network = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (network !== null) {
    const [, base = "", length = ""] = network;
    if (!isAddress(base)) return null;
    const bits = isIPv6(base) ? 128 : 32;
    const size = 2 ** (bits - Number(length));
    if (Number(length) > bits) return null;
    return size > addressesMax ? new Array(addressesMax + 1).fill(base) : run(base, size);
  }
  const range = /^([^-]+)-([^-]+)$/.exec(text);
  if (range === null) return null;
  const [, start = "", end = ""] = range;
  if (!isAddress(start)) return null;
  const separator = isIPv6(start) ? ":" : ".";
  const last = isAddress(end) ? end : `${start.slice(0, start.lastIndexOf(separator) + 1)}${end}`;
  if (!isAddress(last)) return null;
  const size = Number(bitsOf(last) - bitsOf(start)) + 1;
  if (size < 2) return null;
  return size > addressesMax ? new Array(addressesMax + 1).fill(start) : run(start, size);
}

const run = (start: string, size: number): readonly string[] =>
  Array.from({ length: size }, (_, at) => textOf(bitsOf(start) + BigInt(at), isIPv6(start)));

function bitsOf(address: string): bigint {
  if (!isIPv6(address))
    return address.split(".").reduce((sum, part) => sum * 256n + BigInt(Number(part)), 0n);
  const [head = "", tail = ""] = address.split("::");
  const words = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const missing = 8 - words(head).length - words(tail).length;
  const zeros = address.includes("::") ? new Array(missing).fill("0") : [];
  return [...words(head), ...zeros, ...words(tail)].reduce(
    (sum, word) => sum * 65_536n + BigInt(Number.parseInt(word, 16)),
    0n,
  );
}

function textOf(value: bigint, isSix: boolean): string {
  if (!isSix) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const words = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  ).join(":");
  const zeros = [...words.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].sort(
    (a, b) => b[0].length - a[0].length,
  )[0];
  if (zeros === undefined) return words;
  const head = words.slice(0, zeros.index);
  const tail = words.slice(zeros.index + zeros[0].length);
  return `${head.replace(/:$/, "")}::${tail.replace(/^:/, "")}`;
}
