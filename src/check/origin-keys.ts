/** The keys by which tries come from where an operator wants: of every type that uses the network. */
import type { Complaints } from "../keys/complaints.ts";
import { address, deviceName, port } from "../keys/network-shapes.ts";
import { optional } from "../keys/section.ts";
import { type Shape, whole } from "../keys/shape.ts";
import type { Value } from "../keys/value.ts";
import { family, type IpAddress } from "../model/address.ts";
import type { Origin } from "../model/origin.ts";

/** The words for an address of `routers`. */
export const ownWords = ["public", "private"] as const;
export type OwnWord = (typeof ownWords)[number];

/** An address that both routers have, one that each of them has in `routers`, or one of each. */
export type Source = IpAddress | OwnWord | PerRouter;
export interface PerRouter {
  readonly primary: IpAddress;
  readonly backup: IpAddress;
}

/** Where the tries of a check come from, on whichever router. */
export type GivenOrigin = Omit<Origin, "source"> & { readonly source: Source | null };

const sourceShape: Shape<Source> = {
  words: "an address, `public`, `private`, or a list of the primary's and the backup's",
  json: {
    anyOf: [
      { enum: ownWords },
      address.json,
      { type: "array", minItems: 2, maxItems: 2, items: address.json },
    ],
  },
  print: (value) => (typeof value === "string" ? value : `${value.primary}, ${value.backup}`),
  read(value, path, complaints) {
    if (value.kind === "list") return readBoth(value, path, complaints);
    const word = value.kind === "scalar" && ownWords.find((each) => each === value.value);
    return word || address.read(value, path, complaints);
  },
};

function readBoth(
  value: Value & { readonly kind: "list" },
  path: string,
  complaints: Complaints,
): PerRouter | undefined {
  const [one, other, ...more] = value.items;
  if (one === undefined || other === undefined || more.length > 0) {
    const message = `${path}: ${value.items.length} addresses`;
    complaints.at(value, message, "give two: the primary's, then the backup's");
    return undefined;
  }
  const primary = address.read(one, `${path}[0]`, complaints);
  const backup = address.read(other, `${path}[1]`, complaints);
  if (primary === undefined || backup === undefined) return undefined;
  if (family(primary) === family(backup)) return { primary, backup };
  const message = `${path}: ${primary} and ${backup} are of different families`;
  complaints.at(value, message, "the real servers that are checked are of one");
  return undefined;
}

export const originKeys = {
  source: optional(
    sourceShape,
    "what the route says",
    "The address that tries come from: `public` or `private` of this router in `routers`, one that both routers have, or a list of the primary's and the backup's.",
  ),
  device: optional(
    deviceName,
    "what the route says",
    "The interface, or VRF, by which tries leave, whatever the route says (SO_BINDTODEVICE).",
  ),
  fwmark: optional(
    whole(1, 2 ** 32 - 1, "a firewall mark"),
    "none",
    "A firewall mark on what tries send (SO_MARK), by which `ip rule` and packet filters recognise it.",
  ),
};

/** For what has ports. */
export const originPortKeys = {
  source_port: optional(
    port,
    "any free one",
    "The port that tries come from. One try at a time comes from it to the same address and port.",
  ),
};

/** The origin in the values of a type's keys; null: wherever the kernel says. */
export function originIn(values: Readonly<Record<string, unknown>>): GivenOrigin | null {
  const given = values as {
    readonly source?: Source | null;
    readonly source_port?: number | null;
    readonly device?: string | null;
    readonly fwmark?: number | null;
  };
  const { source = null, source_port: own = null, device = null, fwmark: mark = null } = given;
  const isLeft = source === null && own === null && device === null && mark === null;
  return isLeft ? null : { source, port: own, device, mark };
}
