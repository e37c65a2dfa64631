/**
 * The orders of operators on disk, so that a restart does not undo them. A disk that cannot be
 * written must not stop an order: it is reported, and holds until this process ends.
 */
import { isOrder, noOrders, type Orders, orderKey } from "../../health/maintenance/orders.ts";
import { messageOf } from "../../model/error.ts";
import { readBounded, replaceFileLater } from "../../system/file/files.ts";

/** 20,000 orders of some 250 bytes. */
const fileBytesMax = 8 * 1024 * 1024;

export class OrdersFile {
  readonly #path: string;
  readonly #trouble: (why: string) => void;
  #writing: Promise<boolean> = Promise.resolve(true);

  constructor(path: string, trouble: (why: string) => void) {
    this.#path = path;
    this.#trouble = trouble;
  }

  /** An unreadable or foreign file counts as empty, and is reported. */
  read(): Orders {
    try {
      const bytes = readBounded(this.#path, fileBytesMax);
      if (bytes === null) return noOrders;
      const body: unknown = JSON.parse(bytes.toString("utf8"));
      const found = typeof body === "object" && body !== null && "orders" in body && body.orders;
      if (Array.isArray(found) && found.every(isOrder))
        return new Map(found.map((order) => [orderKey(order), order]));
      this.#trouble(`${this.#path}: no orders as lvsd keeps them; nothing is under maintenance`);
    } catch (thrown) {
      this.#trouble(`${this.#path}: ${messageOf(thrown)}; nothing is under maintenance`);
    }
    return noOrders;
  }

  /** Writes them, after what is being written; whether they are on the disk. Never throws. */
  write(orders: Orders): Promise<boolean> {
    this.#writing = this.#writing.then(() => this.#replace(orders));
    return this.#writing;
  }

  /** Resolves when nothing is being written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #replace(orders: Orders): Promise<boolean> {
    try {
      await replaceFileLater(this.#path, `${JSON.stringify({ orders: [...orders.values()] })}\n`);
      return true;
    } catch (thrown) {
      this.#trouble(`an order is in force until this process ends: ${messageOf(thrown)}`);
      return false;
    }
  }
}
