/**
 * What files of the same site say that the imported one does not: where addresses live (`ip addr`,
 * ifcfg files), which packets get a firewall mark (iptables-save, `nft list ruleset`), scripts.
 */
import { isIPv6 } from "node:net";
import { bitsOf, family, holds, type IpAddress, parseAddress } from "../../model/address.ts";
import type { Findings, ForeignFile } from "./imported.ts";
import type { Origin } from "./outline.ts";

/** Where an address lives. */
export interface Place {
  readonly length: number;
  /** A device, or an alias label of one; empty: none is named. */
  readonly device: string;
}

/** A rule of a packet filter that sets a mark. */
interface MarkRule {
  readonly origin: Origin;
  readonly protocol: string | null;
  readonly address: string | null;
  readonly ports: readonly string[];
}

export interface Surroundings {
  /** Addresses that a file names, with their places. */
  readonly addresses: ReadonlyMap<IpAddress, Place>;
  /** Null: no packet filter's rules were given. */
  readonly marks: ReadonlyMap<number, MarkRule> | null;
  readonly scripts: readonly ForeignFile[];
}

/** Reads them; what is none of them is said. */
export function surroundingsOf(files: readonly ForeignFile[], findings: Findings): Surroundings {
  const addresses = new Map<IpAddress, Place>();
  const scripts: ForeignFile[] = [];
  let marks: Map<number, MarkRule> | null = null;
  for (const file of files) {
    if (file.text.startsWith("#!")) scripts.push(file);
    else if (file.text.trim() === "") {
      // What iptables-save and nft print where there is no rule.
      if (/table|nft/i.test(file.name)) marks ??= new Map();
      const origin = { file: file.name, line: 1 };
      findings.add("carried", origin, file.name, "it is empty: there is nothing in it to read");
    } else if (isPacketFilter(file.text)) {
      marks ??= new Map();
      for (const [mark, rule] of marksIn(file)) if (!marks.has(mark)) marks.set(mark, rule);
    } else if (!addressesIn(file.text, addresses))
      findings.add(
        "left-out",
        { file: file.name, line: 1 },
        file.name,
        "not recognised; nothing of it is read",
      );
  }
  return { addresses, marks, scripts };
}

/** Where the address lives: it is listed itself, or a listed address shares its network. */
export function placeOf({ addresses }: Surroundings, address: string): Place | null {
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  const own = addresses.get(parsed);
  if (own !== undefined) return own;
  const bits = bitsOf(family(parsed));
  const [nearest] = [...addresses]
    .filter(([other, { length, device }]) => {
      const isNetwork = length > 0 && length < bits && device !== "";
      return isNetwork && holds({ address: other, length }, parsed);
    })
    .sort(([, one], [, other]) => other.length - one.length);
  if (nearest === undefined) return null;
  const { length, device } = nearest[1];
  // The label is the other address's own.
  return { length, device: device.split(":")[0] ?? device };
}

const header = /^\d+: ([^\s:@]+)(?:@[^\s:]+)?:?(?:\s|$)/;
const listed = /\binet6? ([0-9a-fA-F.:]+)\/(\d{1,3})\b(.*)$/;

/** `ip addr` text and ifcfg files; whether it was one. */
function addressesIn(text: string, addresses: Map<IpAddress, Place>): boolean {
  const before = addresses.size;
  let device = "";
  for (const line of text.split("\n")) {
    device = header.exec(line)?.[1] ?? device;
    const [, written = "", length, rest = ""] = listed.exec(line) ?? [];
    const address = parseAddress(written);
    if (address === null) continue;
    const label = rest.split(/[\s\\]+/).find((word) => word.startsWith(`${device}:`));
    addresses.set(address, { length: Number(length), device: label ?? device });
  }
  ifcfg(text, addresses);
  return addresses.size > before || header.test(text);
}

function ifcfg(text: string, addresses: Map<IpAddress, Place>): void {
  const value = (key: string): string | undefined =>
    new RegExp(`^[ \\t]*${key}=["']?([^"'\\s]+)`, "m").exec(text)?.[1];
  const device = value("DEVICE") ?? "";
  for (const number of ["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]) {
    const address = parseAddress(value(`IPADDR${number}`) ?? "");
    if (address === null || isIPv6(address)) continue;
    const mask = value(`NETMASK${number}`)
      ?.split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
    const bits = mask?.includes("0") ? mask.indexOf("0") : 32;
    const length = Number(value(`PREFIX${number}`) ?? bits);
    addresses.set(address, { length: length >= 0 && length <= 32 ? length : 32, device });
  }
  const [written = "", length] = (value("IPV6ADDR") ?? "").split("/");
  const six = parseAddress(written);
  if (six !== null && isIPv6(six)) addresses.set(six, { length: Number(length ?? 128), device });
}

const isPacketFilter = (text: string): boolean => {
  const head = text.slice(0, 65_536);
  return /^(?:\*(?:mangle|nat|filter|raw)$|table (?:inet|ip6?) \S+ \{)/m.test(head);
};

const marking =
  /--set-x?mark (0x[0-9a-fA-F]{1,8}|\d{1,10})|\bmark set (0x[0-9a-fA-F]{1,8}|\d{1,10})/;

function* marksIn({ name, text }: ForeignFile): Generator<readonly [number, MarkRule]> {
  for (const [at, line] of text.split("\n").entries()) {
    if (line.length > 4096) continue;
    const match = marking.exec(line);
    const mark = Number(match?.[1] ?? match?.[2] ?? Number.NaN);
    if (!Number.isInteger(mark) || mark === 0) continue;
    const word = (pattern: RegExp): string | null => pattern.exec(line)?.[1] ?? null;
    const ports = word(/--dports? (\S+)/) ?? word(/\bdport \{([^}]*)\}/) ?? word(/\bdport (\S+)/);
    yield [
      mark,
      {
        origin: { file: name, line: at + 1 },
        protocol: word(/-p (\w+)/) ?? word(/\b(tcp|udp|sctp) dport/),
        address: word(/-d ([0-9a-fA-F.:]+)/) ?? word(/\bip6? daddr ([0-9a-fA-F.:]+)/),
        ports: (ports ?? "").split(/[\s,]+/).filter((port) => port !== ""),
      },
    ];
  }
}

/**
 * A service on all ports of an address (port 0): lvsd has none, and marks the packets to take its
 * place, which is the same to clients and another line in the table.
 */
export function reportAllPorts(
  origin: Origin | null,
  subject: string,
  protocol: string,
  findings: Findings,
): void {
  const text = `all ${protocol} ports (port 0 in the table) become a service by firewall mark, which lvsd sets itself`;
  findings.add("changed", origin, subject, text);
}

/** Says where the rule is without which no packet gets the mark. */
export function reportMark(
  { marks }: Surroundings,
  mark: number,
  about: { readonly origin: Origin | null; readonly subject: string; readonly file: string },
  findings: Findings,
): void {
  const { origin, subject, file } = about;
  const rule = marks?.get(mark);
  if (rule !== undefined) {
    const { protocol, address, ports } = rule;
    const what = [protocol, address, ports.length === 0 ? null : `port ${ports.join(", ")}`];
    const packets = what.filter((word) => word !== null).join(" ");
    findings.add(
      "carried",
      rule.origin,
      subject,
      `firewall mark ${mark} is set here${packets === "" ? "" : ` (${packets})`}; keep the rule on both routers, or write address:, ports: and marks: lvsd, which sets it itself`,
    );
    return;
  }
  const which = subject.includes(String(mark)) ? "the mark" : `firewall mark ${mark}`;
  const text =
    marks === null
      ? `the packet filter's rule that sets ${which} is in no ${file}; give the output of iptables-save as well, and keep the rule on both routers, or use ports: and marks: lvsd`
      : `no rule of the given packet filter sets ${which}, so that no packet gets here`;
  findings.add("suspicious", origin, subject, text);
}
