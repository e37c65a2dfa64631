/**
 * What is known of the kernel's table. A look at /proc is cheap and starts no program, but does not
 * show everything; the whole table costs the start of a program. So what was once read whole counts
 * for as long as /proc shows nothing else.
 */

import { shapeDifference, shapeOf, type TableFingerprint } from "../../kernel/ipvs-proc.ts";
import type { Ipvsadm } from "../../system/ipvs/ipvsadm.ts";
import type { Change, Counters, Table } from "../../table/table.ts";

export class TableView {
  readonly #ipvsadm: Ipvsadm;
  #known: { readonly table: Table; readonly shape: TableFingerprint } | null = null;
  #counters: Counters = new Map();

  constructor(ipvsadm: Ipvsadm) {
    this.#ipvsadm = ipvsadm;
  }

  /** Connections at the last look. */
  get counters(): Counters {
    return this.#counters;
  }

  /** The table as it was last read or left; null: nothing is known of it. */
  get last(): Table | null {
    return this.#known?.table ?? null;
  }

  /** Forgets what was known: something went wrong that /proc may not show. */
  forget(): void {
    this.#known = null;
  }

  /** Whether /proc shows the table that is known. Throws MachineError. */
  async unchanged(): Promise<boolean> {
    return this.#known !== null && (await this.#shows(this.#known.shape));
  }

  /** The table as it is. Throws MachineError. */
  async read(): Promise<Table> {
    return (await this.#stillKnown()) ?? this.#readWhole();
  }

  /** The same for somebody who comes in the middle of changes: nothing is concluded from it. */
  async peek(): Promise<Table> {
    return (await this.#stillKnown()) ?? (await this.#ipvsadm.readTable()).table;
  }

  /**
   * The table after `changes` have been applied, which should have made it `hoped`: read whole
   * unless /proc shows just that and all that the changes are about. Throws MachineError.
   */
  async readAfter(changes: readonly Change[], hoped: Table): Promise<Table> {
    const shape = shapeOf(hoped);
    if (changes.some(isBeyondProc) || !(await this.#shows(shape))) return this.#readWhole();
    this.#known = { table: hoped, shape };
    return hoped;
  }

  async #stillKnown(): Promise<Table | null> {
    const known = this.#known;
    return known !== null && (await this.#shows(known.shape)) ? known.table : null;
  }

  async #shows(shape: TableFingerprint): Promise<boolean> {
    const now = await this.#ipvsadm.readProc();
    this.#counters = now.counters;
    return shapeDifference(shape, now.shape) === null;
  }

  async #readWhole(): Promise<Table> {
    const { table, counters } = await this.#ipvsadm.readTable();
    this.#counters = counters;
    this.#known = { table, shape: shapeOf(table) };
    return table;
  }
}

/** Scheduler flags, engines, connection limits and kinds of tunnels are not in /proc. */
function isBeyondProc(change: Change): boolean {
  if (!("destination" in change)) {
    const { schedulerFlags, persistence } = change.service;
    return schedulerFlags.length > 0 || (persistence?.engine ?? null) !== null;
  }
  const { thresholds, tunnel } = change.destination;
  if (tunnel.type !== "ipip") return true;
  return thresholds !== null && (thresholds.upper > 0 || thresholds.lower > 0);
}
