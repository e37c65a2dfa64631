/**
 * What operators have asked of real and virtual servers: drain, disable, enable. Orders are kept by
 * the names of the configuration, on both routers; of two about one subject the newer holds. An
 * `enable` is kept too, so that a router that was away does not bring back what it undid.
 *
 * An order's stamp is the wall clock of the router that was asked, raised above every stamp that it
 * knew: two orders one after the other keep their order, whatever the two clocks say (hybrid
 * logical clock; Kulkarni et al. 2014).
 */
import { createHash } from "node:crypto";

/** The later of two wins where two stamps are equal. */
export const orderKinds = ["enable", "drain", "disable"] as const;
export type OrderKind = (typeof orderKinds)[number];

/** `web`, or `web/rs1`. Names hold no slash. */
export type OrderKey = string;

export interface Order {
  readonly virtualServer: string;
  /** Null: the virtual server itself. */
  readonly realServer: string | null;
  readonly kind: OrderKind;
  /** Who asked; one line. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly stamp: number;
}

export type Orders = ReadonlyMap<OrderKey, Order>;

/** More than a router has servers under maintenance; bounds what a mad peer can make us keep. */
export const ordersMax = 20_000;
/** Bytes of `by`. */
export const byBytesMax = 64;
/** So long a router may be away without bringing back what was enabled meanwhile. */
export const enabledKeptMs = 30 * 24 * 3_600_000;

export const noOrders: Orders = new Map();

export const orderKey = ({
  virtualServer,
  realServer,
}: Pick<Order, "virtualServer" | "realServer">): OrderKey =>
  realServer === null ? virtualServer : `${virtualServer}/${realServer}`;

/** The stamp of an order given now. */
export const nextStamp = (orders: Orders, wallMs: number): number =>
  [...orders.values()].reduce((stamp, order) => Math.max(stamp, order.stamp + 1), wallMs);

/** An `enable` that needs no mention any more. */
export const isOver = ({ kind, stamp }: Order, wallMs: number): boolean =>
  kind === "enable" && stamp + enabledKeptMs <= wallMs;

/** The orders that stand in the way of traffic. */
export const standing = (orders: Orders): readonly Order[] =>
  [...orders.values()].filter(({ kind }) => kind !== "enable");

export interface Merged {
  readonly orders: Orders;
  /** What is new of `heard`. */
  readonly news: readonly Order[];
  /** Orders for which there was no room. */
  readonly left: number;
}

/** Takes in orders from elsewhere; the same object where none of them is news. */
export function merge(orders: Orders, heard: readonly Order[], wallMs: number): Merged {
  const merged = new Map(orders);
  const news: Order[] = [];
  let left = 0;
  for (const order of heard) {
    const key = orderKey(order);
    const known = merged.get(key);
    if (isOver(order, wallMs) || (known !== undefined && !isNewer(order, known))) continue;
    if (known === undefined && merged.size >= ordersMax) {
      left += 1;
      continue;
    }
    merged.set(key, order);
    news.push(order);
  }
  return { orders: news.length === 0 ? orders : merged, news, left };
}

/** Both routers find the same one newer. */
function isNewer(order: Order, known: Order): boolean {
  if (order.stamp !== known.stamp) return order.stamp > known.stamp;
  const rank = orderKinds.indexOf(order.kind);
  const rankKnown = orderKinds.indexOf(known.kind);
  return rank === rankKnown ? order.by > known.by : rank > rankKnown;
}

/** Without what needs no mention any more; the same object where that is nothing. */
export function withoutOver(orders: Orders, wallMs: number): Orders {
  const kept = [...orders].filter(([, order]) => !isOver(order, wallMs));
  return kept.length === orders.size ? orders : new Map(kept);
}

/** What two routers compare: 8 bytes, zeros for no order at all. */
export function fingerprint(orders: Orders): Uint8Array {
  if (orders.size === 0) return new Uint8Array(8);
  const lines = Array.from(orders, ([key, { kind, stamp, by }]) =>
    JSON.stringify([key, kind, stamp, by]),
  );
  return createHash("sha256").update(lines.sort().join("\n")).digest().subarray(0, 8);
}

/** Whether this is an order as one is kept: what a file or a peer gives is looked at. */
export function isOrder(value: unknown): value is Order {
  if (typeof value !== "object" || value === null) return false;
  const { virtualServer, realServer, kind, by, stamp } = value as Record<string, unknown>;
  return (
    isName(virtualServer) &&
    (realServer === null || isName(realServer)) &&
    orderKinds.some((known) => known === kind && (known !== "drain" || realServer !== null)) &&
    typeof by === "string" &&
    Buffer.byteLength(by) <= byBytesMax &&
    Number.isSafeInteger(stamp) &&
    Number(stamp) >= 0 &&
    Number(stamp) < stampEnd
  );
}

/** 48 bits. */
const stampEnd = 2 ** 48;

/** Bytes of a name with an address: `rs1@2001:db8::1`. */
export const nameBytesMax = 63 + 1 + 39;

/**
 * A name of the configuration (product: letters, digits, `-`, `_`, `.`, at most 63), with an
 * address where it stands for several real servers (named-servers.ts).
 */
const isName = (value: unknown): boolean =>
  typeof value === "string" && /^[A-Za-z0-9_.-]{1,63}(?:@[0-9a-f.:]{2,39})?$/.test(value);

/** Who asked, cut to what is kept; `otherwise` where that is not known. */
export function shortBy(by: string | null, otherwise: string): string {
  let text = (by ?? "").trim();
  while (Buffer.byteLength(text) > byBytesMax) text = text.slice(0, -1);
  return text === "" ? otherwise : text;
}
