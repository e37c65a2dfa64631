/**
 * What rwhod broadcasts of its machine, and keeps of others in its spool: one `struct whod`
 * (protocols/rwhod.h of BSD), numbers in network order,
 * and in the spool in the order of the machine:
 *
 *     0   1  version, 1
 *     1   1  type, 1: a status
 *     2   2  nothing
 *     4   4  when it was sent, by the sender's clock
 *     8   4  when it was received; filled in by who keeps it
 *     12 32  host name, ended by a zero byte
 *     44 12  load of 5, 10 and 15 minutes, or 1, 5 and 15, in hundredths
 *     56  4  when the machine was started; users follow
 */

/** Where rwhod sends to and listens. */
export const rwhoPort = 513;
const headBytes = 60;
/** ruptime counts a machine that is silent for so long as down; rwhod speaks each minute or three. */
export const silentSecondsMax = 11 * 60;

export interface WhoReport {
  readonly host: string;
  /** The shortest of its three averages. */
  readonly load: number;
  /** Seconds since 1970, by the clock of who received it; 0 in what has just come. */
  readonly received: number;
}

/** Reads one; null where it is none. `littleEndian`: of a spool on such a machine. */
export function readWho(bytes: Uint8Array, littleEndian = false): WhoReport | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < headBytes || view[0] !== 1 || view[1] !== 1) return null;
  const name = view.subarray(12, 44);
  const end = name.indexOf(0);
  const host = name.toString("latin1", 0, end < 0 ? name.length : end);
  if (!/^[A-Za-z0-9._-]{1,32}$/.test(host)) return null;
  const number = (at: number): number =>
    littleEndian ? view.readUInt32LE(at) : view.readUInt32BE(at);
  return { host, received: number(8), load: number(44) / 100 };
}

/** A host name without its domain, as names are compared. */
export const shortName = (host: string): string => (host.split(".")[0] ?? "").toLowerCase();
