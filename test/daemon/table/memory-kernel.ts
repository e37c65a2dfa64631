/** The IPVS table of a kernel in memory. */
import { shapeOf } from "../../../src/kernel/ipvs-proc.ts";
import { restoreLine, type Timeouts } from "../../../src/kernel/ipvs-text.ts";
import { MachineError, messageOf } from "../../../src/model/error.ts";
import { seconds } from "../../../src/model/time.ts";
import type { Ipvsadm } from "../../../src/system/ipvs/ipvsadm.ts";
import type { Change, Table } from "../../../src/table/table.ts";
import { kernelApplies } from "../../table/tables.ts";

/**
 * A kernel in memory: a real one refuses an entry only in ways that a lab cannot bring about at
 * will, and neither fails nor hangs when a test asks it to.
 */
export class MemoryKernel implements Ipvsadm {
  table: Table = new Map();
  applied: string[] = [];
  failure: string | null = null;
  wholeReads = 0;
  refuses: (change: Change) => string | null = () => null;

  #check(): void {
    if (this.failure !== null) throw new MachineError(this.failure);
  }
  async readTable() {
    this.#check();
    this.wholeReads += 1;
    return { table: this.table, counters: new Map(), unread: [] };
  }
  async readProc() {
    this.#check();
    return { shape: shapeOf(this.table), counters: new Map() };
  }
  async apply(changes: readonly Change[]) {
    this.#check();
    const refused = changes.flatMap((change) => {
      const reason = this.refuses(change);
      if (reason !== null) return [{ change, reason }];
      try {
        this.table = kernelApplies(this.table, change);
      } catch (thrown) {
        return [{ change, reason: messageOf(thrown) }];
      }
      this.applied.push(restoreLine(change));
      return [];
    });
    return { refused };
  }
  timeouts: Timeouts = { tcp: seconds(1), tcpFin: seconds(1), udp: seconds(1) };
  async setTimeouts(timeouts: Timeouts) {
    this.timeouts = timeouts;
  }
  async readTimeouts() {
    return this.timeouts;
  }
  async close() {}
}
