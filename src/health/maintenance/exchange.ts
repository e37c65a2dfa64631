/**
 * Orders for the peer, in sections that fit into a heartbeat's digest before the slice of health.
 *
 * A section names the fingerprint of all orders that its sender has, and some of them for as long
 * as the peer's fingerprint is another one: the newest first, then round and round. A router without
 * orders sends none, and its digest is the slice of health alone.
 *
 * Layout, numbers in network order:
 *
 *     0   1  format, 2 (a slice of health begins with its own, 1)
 *     1   1  orders in this section
 *     2   2  bytes of this section
 *     4   8  fingerprint
 *     12     per order: 1 kind, 6 stamp, then three texts: virtual server, real server (empty: the
 *            virtual server itself), who asked; each 1 byte of length and UTF-8
 */
import { type Refused, refuse } from "../../model/error.ts";
import {
  byBytesMax,
  fingerprint,
  isOrder,
  nameBytesMax,
  noOrders,
  type Order,
  type Orders,
  orderKinds,
} from "./orders.ts";

const format = 2;
const headBytes = 12;
/** A longest order: kind, stamp, three lengths, two names and who asked. */
export const sectionBytesMax = headBytes + 7 + 3 + 63 + nameBytesMax + byBytesMax;

/** What is said next. */
export interface OrdersOutbox {
  readonly orders: Orders;
  readonly fingerprint: Uint8Array;
  /** Newest first. */
  readonly queue: readonly Order[];
  readonly cursor: number;
}

export const ordersOutbox = (orders: Orders): OrdersOutbox => ({
  orders,
  fingerprint: fingerprint(orders),
  queue: [...orders.values()].sort((a, b) => b.stamp - a.stamp),
  cursor: 0,
});

/**
 * The next section, and the outbox after it; empty where there is nothing to say. `peer` is the
 * fingerprint that the peer has named last; null: it has named none.
 */
export function encodeSection(
  outbox: OrdersOutbox,
  peer: Uint8Array | null,
): { readonly bytes: Uint8Array; readonly outbox: OrdersOutbox } {
  const { queue, cursor } = outbox;
  if (queue.length === 0) return { bytes: new Uint8Array(0), outbox };
  const bytes = Buffer.alloc(sectionBytesMax);
  let end = headBytes;
  let said = 0;
  const same = peer !== null && Buffer.compare(peer, outbox.fingerprint) === 0;
  while (!same && said < queue.length) {
    const order = queue[(cursor + said) % queue.length];
    const record = order === undefined ? null : encodeOrder(order);
    if (record === null || end + record.length > bytes.length) break;
    end += record.copy(bytes, end);
    said += 1;
  }
  bytes.writeUInt8(format, 0);
  bytes.writeUInt8(said, 1);
  bytes.writeUInt16BE(end, 2);
  bytes.set(outbox.fingerprint, 4);
  return {
    bytes: bytes.subarray(0, end),
    outbox: { ...outbox, cursor: (cursor + said) % queue.length },
  };
}

function encodeOrder({ virtualServer, realServer, kind, by, stamp }: Order): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(orderKinds.indexOf(kind), 0);
  head.writeUIntBE(stamp, 1, 6);
  const texts = [virtualServer, realServer ?? "", by].map((text) => Buffer.from(text));
  return Buffer.concat([head, ...texts.flatMap((text) => [Buffer.of(text.length), text])]);
}

export interface HeardOrders {
  /** The fingerprint of all that the peer has. */
  readonly fingerprint: Uint8Array;
  readonly orders: readonly Order[];
  /** What follows: a slice of health, or nothing. */
  readonly rest: Uint8Array;
}

export type SectionRefusal = "section-length" | "section-order";

/** Reads the front of a digest; one without a section names no order. */
export function decodeSection(digest: Uint8Array): HeardOrders | Refused<SectionRefusal> {
  const bytes = Buffer.from(digest.buffer, digest.byteOffset, digest.length);
  if (bytes[0] !== format) return { fingerprint: fingerprint(noOrders), orders: [], rest: digest };
  const length = bytes.length < headBytes ? 0 : bytes.readUInt16BE(2);
  if (length < headBytes || length > bytes.length)
    return refuse("section-length", `${length} of ${bytes.length} bytes`);
  const orders: Order[] = [];
  let at = headBytes;
  const text = (): string => {
    const size = bytes[at] ?? 0;
    at += 1 + size;
    return bytes.toString("utf8", at - size, at);
  };
  for (let left = bytes.readUInt8(1); left > 0 && at + 10 <= length; left--) {
    const kind = orderKinds[bytes.readUInt8(at)];
    const stamp = bytes.readUIntBE(at + 1, 6);
    at += 7;
    const virtualServer = text();
    const realServer = text();
    const by = text();
    const order = { virtualServer, realServer: realServer === "" ? null : realServer };
    const whole = { ...order, kind, by, stamp };
    if (at > length || !isOrder(whole)) return refuse("section-order", `order ${orders.length}`);
    orders.push(whole);
  }
  if (at !== length || orders.length !== bytes.readUInt8(1))
    return refuse("section-length", `${length} bytes for ${bytes.readUInt8(1)} orders`);
  return { fingerprint: bytes.subarray(4, headBytes), orders, rest: bytes.subarray(length) };
}
