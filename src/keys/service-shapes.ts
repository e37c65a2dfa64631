/** What a virtual server is reached by: several addresses, several ports, a firewall mark. */
import ipaddr from "ipaddr.js";
import { bitsOf, family, type IpAddress, type Prefix, parsePrefix } from "../model/address.ts";
import { type Protocol, protocols } from "../model/service.ts";
import { type Floating, floating } from "./network-shapes.ts";
import { list, quoted, type Shape, scalarShape, shown } from "./shape.ts";
import type { Value } from "./value.ts";

/** Ports of one service; `protocol` is null where the virtual server's counts. */
export interface Ports {
  readonly from: number;
  readonly to: number;
  readonly protocol: Protocol | null;
}

const portHint = "write 80, 10000-20000, 53/udp or 5060-5061/udp";

/** `80`, `10000-20000`, `53/udp`. */
const somePorts: Shape<Ports> = scalarShape<Ports>(
  "a port, a range of ports, each with its protocol where it differs",
  {
    anyOf: [
      { type: "integer", minimum: 1, maximum: 65_535 },
      { type: "string", pattern: "^\\d{1,5}(-\\d{1,5})?(/(tcp|udp|sctp))?$" },
    ],
  },
  (text) => {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(\w+))?$/.exec(text);
    if (match === null) return { wrong: `${quoted(text)} is no port`, hint: portHint };
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    const protocol = protocols.find((each) => each === match[3]) ?? null;
    if (match[3] !== undefined && protocol === null)
      return { wrong: `unknown protocol ${quoted(match[3])}`, hint: "use tcp, udp or sctp" };
    if (from < 1 || to > 65_535)
      return { wrong: `${text} is out of range`, hint: "ports are 1 to 65535" };
    if (to < from) return { wrong: `${text} ends before it begins`, hint: portHint };
    return { ok: { from, to, protocol } };
  },
);

/** `10000-20000/udp`. */
export const printPorts = ({ from, to, protocol }: Ports): string =>
  `${from === to ? from : `${from}-${to}`}${protocol === null ? "" : `/${protocol}`}`;

/** As many entries as one rule of a packet filter is asked to hold. */
const portsMax = 256;

export const portsShape: Shape<readonly Ports[]> = notEmpty({
  ...list(
    { ...somePorts, print: printPorts },
    { what: "a list of ports", max: portsMax, single: true },
  ),
});

/** A range of TCP ports, for FTP's passive mode. */
export const portRange: Shape<Ports> = {
  ...somePorts,
  words: "a range of ports such as 10000-20000",
  print: printPorts,
};

/** Most addresses of one virtual server: each is claimed and announced. */
const addressesMax = 64;

const rangePattern = /^([0-9a-fA-F.:]+)-([0-9a-fA-F.:]+?)(\/\d{1,3})?$/;

/** One entry of `address`: a floating address, a range of them, or a network. */
const someFloating: Shape<readonly Floating[]> = {
  words: floating.words,
  json: floating.json,
  read(value, path, complaints) {
    const text = value.kind === "scalar" ? value.text : "";
    const several = rangeOf(text) ?? networkOf(text);
    if (several === null) {
      const one = floating.read(value, path, complaints);
      return one === undefined ? undefined : [one];
    }
    if (typeof several === "string") {
      complaints.at(value, `${path}: ${several}`, "write 192.0.2.10-192.0.2.19/24");
      return undefined;
    }
    return several.length > addressesMax
      ? void complaints.at(
          value,
          `${path}: ${text} is ${several.length} addresses, each of which would be claimed`,
          `at most ${addressesMax}`,
        )
      : several;
  },
};

/** `192.0.2.10-192.0.2.19/24`; null: no range; a text: why it is none. */
function rangeOf(text: string): readonly Floating[] | string | null {
  const match = rangePattern.exec(text);
  if (match === null) return null;
  const length = match[3] ?? "";
  const [first, last] = [match[1], match[2]].map((each) => parsePrefix(`${each}${length}`));
  if (!first || !last || family(first.address) !== family(last.address))
    return `${quoted(text)} is no range of addresses`;
  const [from, to] = [first, last].map(({ address }) => numberOf(address));
  if (from === undefined || to === undefined || to < from) return `${text} ends before it begins`;
  return numbered(first, from, to, length !== "");
}

/** `192.0.2.16/28`: every address of the network, each claimed by itself. */
function networkOf(text: string): readonly Floating[] | null {
  const prefix = /\/\d{1,3}$/.test(text) ? parsePrefix(text) : null;
  if (prefix === null || family(prefix.address) !== 4) return null;
  const size = 2n ** BigInt(bitsOf(4) - prefix.length);
  const from = numberOf(prefix.address);
  // A longer network is a mistaken host address, which is refused as such.
  if (size < 4n || size > BigInt(addressesMax) || from % size !== 0n) return null;
  return numbered({ address: prefix.address, length: 32 }, from, from + size - 1n, false);
}

const numberOf = (address: IpAddress): bigint =>
  BigInt(`0x${Buffer.from(ipaddr.parse(address).toByteArray()).toString("hex")}`);

function numbered(like: Prefix, from: bigint, to: bigint, lengthGiven: boolean): Floating[] {
  const digits = bitsOf(family(like.address)) / 4;
  // One more than may be, so that too many are seen to be too many.
  const count = Math.min(Number(to - from) + 1, addressesMax + 1);
  return Array.from({ length: count }, (_, at) => {
    const hex = (from + BigInt(at)).toString(16).padStart(digits, "0");
    const address = ipaddr.fromByteArray([...Buffer.from(hex, "hex")]).toString();
    const prefix = parsePrefix(address);
    if (prefix === null) throw new RangeError(`${address} is no address`);
    return { prefix: { ...prefix, length: like.length }, lengthGiven };
  });
}

/** The floating addresses of a virtual server: one, or a list; `single` alone stands for a list. */
export const floatings: Shape<readonly Floating[]> = notEmpty({
  words: "an address with prefix length, or a list of such",
  json: {
    anyOf: [floating.json, { type: "array", minItems: 1, items: floating.json }],
  },
  read(value: Value, path, complaints) {
    const items = value.kind === "list" ? value.items : [value];
    const at = (index: number): string => (value.kind === "list" ? `${path}[${index}]` : path);
    const read = items.map((item, index) => someFloating.read(item, at(index), complaints));
    if (read.some((each) => each === undefined)) return undefined;
    const all = read.flatMap((each) => each ?? []);
    const seen = new Set<IpAddress>();
    for (const { prefix } of all) {
      if (seen.has(prefix.address)) {
        complaints.at(value, `${path}: ${prefix.address} is given twice`, "remove one of the two");
        return undefined;
      }
      seen.add(prefix.address);
    }
    if (all.length > addressesMax) {
      complaints.at(value, `${path}: ${all.length} addresses`, `at most ${addressesMax}`);
      return undefined;
    }
    return all;
  },
});

function notEmpty<T>(shape: Shape<readonly T[]>): Shape<readonly T[]> {
  return {
    ...shape,
    emptyAllowed: false,
    read(value, path, complaints) {
      if (value.kind === "list" && value.items.length === 0) {
        complaints.at(value, `${path}: an empty list`, "give one");
        return undefined;
      }
      if (value.kind === "map") {
        complaints.at(value, `${path}: ${shown(value)}`, `give ${shape.words}`);
        return undefined;
      }
      return shape.read(value, path, complaints);
    },
  };
}
