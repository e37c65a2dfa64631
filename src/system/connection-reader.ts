/**
 * The door to the kernel's connections: /proc/net/ip_vs_conn, read in short pieces, since a table of
 * many thousands would hold up the heartbeat.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { MachineError, messageOf } from "../model/error.ts";
import { between, type Ms } from "../model/time.ts";
import { type Connection, readConnection } from "../table/connections.ts";
import { now } from "./clock.ts";

export interface ConnectionReading {
  readonly connections: readonly Connection[];
  /** The file was read to its end in time. */
  readonly complete: boolean;
}

export interface Haste {
  /** What is not read by then is left out. */
  readonly atMost: Ms;
  /** After this long in one go others have their turn. */
  readonly slice: Ms;
}

/**
 * Reads what was not `seen` in the state that it has now, and adds it there. Throws MachineError
 * where the kernel has no IPVS.
 */
export type ReadConnections = (seen: Set<string>, haste: Haste) => Promise<ConnectionReading>;

/** The kernel hands out a page at a time. */
const pieceBytes = 64 * 1024;

/** Of this network namespace; `file` is replaced in tests. */
export const connectionReader =
  (file = "/proc/net/ip_vs_conn"): ReadConnections =>
  async (seen, haste) => {
    let descriptor: number;
    try {
      descriptor = openSync(file, "r");
    } catch (thrown) {
      throw new MachineError(`${file}: ${messageOf(thrown)}`);
    }
    try {
      return await readAll(descriptor, seen, haste);
    } finally {
      closeSync(descriptor);
    }
  };

async function readAll(
  descriptor: number,
  seen: Set<string>,
  { atMost, slice }: Haste,
): Promise<ConnectionReading> {
  const began = now();
  const connections: Connection[] = [];
  const piece = Buffer.alloc(pieceBytes);
  let rest = "";
  let sliceFrom = began;
  for (;;) {
    const length = readSync(descriptor, piece);
    if (length === 0) return { connections, complete: true };
    const lines = (rest + piece.toString("latin1", 0, length)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const connection = readConnection(line, seen);
      if (connection !== null) connections.push(connection);
    }
    if (between(began, now()) > atMost) return { connections, complete: false };
    if (between(sliceFrom, now()) > slice) {
      await turn();
      sliceFrom = now();
    }
  }
}
