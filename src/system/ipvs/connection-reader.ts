/**
 * The door to the kernel's connections: /proc/net/ip_vs_conn, read in short pieces, since a table of
 * many thousands would hold up the heartbeat.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type Connection, readConnection } from "../../connections/connection-list.ts";
import type { SeenLines } from "../../connections/seen-lines.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { addMs, type Ms } from "../../model/time.ts";
import { now } from "../process/clock.ts";
import type { Pace } from "../process/pace.ts";

export interface ConnectionReading {
  readonly connections: readonly Connection[];
  /** The file was read to its end in time. */
  readonly complete: boolean;
}

/**
 * Reads what was not `seen` in the state that it has now, and adds it there; what is not read
 * after `atMost` is left out. Throws MachineError where the kernel has no IPVS.
 */
export type ReadConnections = (
  seen: SeenLines,
  atMost: Ms,
  pace: Pace,
) => Promise<ConnectionReading>;

/** The kernel hands out a page at a time. */
const roomBytes = 8 * 1024;
const lineFeed = 0x0a;

/** Of this network namespace; `file` is replaced in tests. */
export const connectionReader =
  (file = "/proc/net/ip_vs_conn"): ReadConnections =>
  async (seen, atMost, pace) => {
    let descriptor: number;
    try {
      descriptor = openSync(file, "r");
    } catch (thrown) {
      throw new MachineError(`${file}: ${messageOf(thrown)}`);
    }
    try {
      const next: NextBytes = (into, at) => readSync(descriptor, into, at, into.length - at, null);
      return await readThrough(next, seen, atMost, pace);
    } finally {
      closeSync(descriptor);
    }
  };

/** Fills a part of the room from `at` on; how many bytes, 0 at the end. */
export type NextBytes = (room: Uint8Array, at: number) => number;

/** The reading without the file, so that it can be rehearsed. */
export async function readThrough(
  next: NextBytes,
  seen: SeenLines,
  atMost: Ms,
  pace: Pace,
): Promise<ConnectionReading> {
  const until = addMs(now(), atMost);
  const connections: Connection[] = [];
  const room = new Uint8Array(roomBytes);
  /** Bytes of a line that is not whole yet. */
  let begun = 0;
  for (;;) {
    const length = next(room, begun);
    if (length === 0) return { connections, complete: true };
    const filled = room.subarray(0, begun + length);
    let from = 0;
    for (let to = filled.indexOf(lineFeed); to !== -1; to = filled.indexOf(lineFeed, from)) {
      const connection = readConnection(filled, from, to, seen);
      if (connection !== null) connections.push(connection);
      from = to + 1;
    }
    room.copyWithin(0, from, filled.length);
    begun = filled.length - from;
    const at = now();
    if (at > until) return { connections, complete: false };
    if (pace.isDue(at)) await pace.rest();
  }
}
