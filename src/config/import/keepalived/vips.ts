/** Address lines of VRRP instances: where each VIP lives, and what of a line is lost. */
import { isIPv6 } from "node:net";
import type { Findings } from "../imported.ts";
import { isAddress, quoted } from "./conversion.ts";
import { allOf, lastOf, type Statement } from "./statements.ts";

/** Where a VIP lives. */
export interface VipPlace {
  readonly length: number;
  /** A device or an alias label of one; empty: none is named. */
  readonly device: string;
}

/** By address, as the VRRP instances say. */
export type VipPlaces = ReadonlyMap<string, VipPlace>;

interface Holder {
  readonly name: string;
  readonly block: readonly Statement[];
}

/** ip-address(8): IFNAMSIZ, with the zero at its end. */
const labelMax = 15;

export function vipsOf(instances: readonly Holder[], findings: Findings): VipPlaces {
  const places = new Map<string, VipPlace>();
  const labels = new Set<string>();
  for (const instance of instances) {
    const device = lastOf(instance.block, "interface")?.words[0] ?? "";
    const own = linesIn(instance.block, "virtual_ipaddress");
    const [first] = own.map(addressIn).filter(isAddress);
    for (const line of own) {
      const strange = first !== undefined && isIPv6(addressIn(line)) !== isIPv6(first);
      if (isAddress(addressIn(line)) && strange) {
        const text = `not of the family of ${first}: keepalived ignores it; virtual_ipaddress_excluded takes both`;
        findings.add("suspicious", line.origin, subjectOf(instance, line), text);
      } else placeVip(line, instance, device, { places, labels, findings });
    }
    for (const line of linesIn(instance.block, "virtual_ipaddress_excluded"))
      placeVip(line, instance, device, { places, labels, findings });
  }
  return places;
}

const linesIn = (block: readonly Statement[], keyword: string): readonly Statement[] =>
  allOf(block, keyword).flatMap((one) => one.block ?? []);

const addressIn = ({ keyword }: Statement): string => keyword.split("/")[0] ?? "";

const subjectOf = ({ name }: Holder, line: Statement): string =>
  `vrrp_instance ${name}: ${[line.keyword, ...line.words].join(" ")}`;

interface Placing {
  readonly places: Map<string, VipPlace>;
  readonly labels: Set<string>;
  readonly findings: Findings;
}

function placeVip(line: Statement, instance: Holder, usual: string, placing: Placing): void {
  const { places, labels, findings } = placing;
  const address = addressIn(line);
  const subject = subjectOf(instance, line);
  const say = (kind: "suspicious" | "left-out", text: string): void =>
    findings.add(kind, line.origin, subject, text);
  if (!isAddress(address)) {
    say("suspicious", "no address: keepalived skips it");
    return;
  }
  const bits = isIPv6(address) ? 128 : 32;
  const written = line.keyword.split("/")[1];
  const isLength = written !== undefined && /^\d{1,3}$/.test(written) && Number(written) <= bits;
  const length = isLength ? Number(written) : bits;
  if (written !== undefined && !isLength)
    say("suspicious", `${quoted(written)} is no prefix length: keepalived takes ${bits}`);
  const words = wordsOf(line, say);
  if (words === null || places.has(address)) {
    if (words !== null) say("suspicious", "the address is listed already");
    return;
  }
  const device = words.dev ?? usual;
  if (device === "") say("suspicious", "a VIP without a device: lvsd claims it in its own network");
  const label = labelOf(words.label, device, bits, labels, say);
  if (label !== null) labels.add(label);
  places.set(address, { length: peerLength(words.peer) ?? length, device: label ?? device });
}

/** With a peer the length is the peer's. */
const peerLength = (peer: string | undefined): number | null => {
  const length = /\/(\d{1,3})$/.exec(peer ?? "")?.[1];
  return length === undefined ? null : Number(length);
};

function labelOf(
  label: string | undefined,
  device: string,
  bits: number,
  labels: ReadonlySet<string>,
  say: (kind: "suspicious" | "left-out", text: string) => void,
): string | null {
  if (label === undefined) return null;
  const why = labels.has(label)
    ? "is taken by another address"
    : bits === 128
      ? "on IPv6, which has no labels"
      : !label.startsWith(`${device}:`) || label.length > labelMax
        ? `is none of ${device}, or longer than ${labelMax} letters, for which keepalived removes the address`
        : null;
  if (why === null) return label;
  say("suspicious", `label ${label} ${why}; left out`);
  return null;
}

const withValue = ["dev", "brd", "broadcast", "scope", "label", "peer", "preferred_lft"];
const flags = ["home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track"];
/** What lvsd gives no address. */
const lost = ["scope", "peer", "preferred_lft", "use_vmac", "noprefixroute", "home", "mngtmpaddr"];

/** The words behind an address; null: keepalived drops it, since a value is missing. */
function wordsOf(
  { words }: Statement,
  say: (kind: "suspicious" | "left-out", text: string) => void,
): Readonly<Record<string, string>> | null {
  const values: Record<string, string> = {};
  const left: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const isGlobal = word === "scope" && words[at + 1] === "global";
    if (lost.includes(word) && !isGlobal) left.push(word);
    if (withValue.includes(word)) {
      const value = words[at + 1];
      if (value === undefined) {
        say("suspicious", `${word} without a value: keepalived drops the address`);
        return null;
      }
      values[word] = value;
      at += 1;
    } else if (word === "use_vmac") {
      if (!isKnown(words[at + 1])) at += 1;
    } else if (!isKnown(word)) say("suspicious", `${quoted(word)} is ignored by keepalived`);
  }
  if (left.length > 0) say("left-out", `${left.join(", ")}: VIPs are claimed without it`);
  return values;
}

const isKnown = (word: string | undefined): boolean =>
  word === undefined || [...withValue, ...flags, "use_vmac"].includes(word);
