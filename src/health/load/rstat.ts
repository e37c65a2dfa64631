/**
 * What `rup` asks rpc.rstatd: its statistics over ONC RPC on UDP (RFC 5531; XDR, RFC 4506), whose
 * port the port mapper knows (RFC 1833, version 2). Bytes alone; who sends them is system/load/.
 */

const call = 0;
const reply = 1;
const rpcVersion = 2;

/** A procedure of a program, as a call names it. */
interface Procedure {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

/** `PMAPPROC_GETPORT` of the port mapper, which listens on this port. */
export const portMapperPort = 111;
const getPort: Procedure = { program: 100_000, version: 2, procedure: 3 };
/** `RSTATPROC_STATS`, in the version whose answer is `statstime` (rstat.x). */
const stats: Procedure = { program: 100_001, version: 3, procedure: 1 };
const udp = 17;

/** Words before `avenrun` in statstime: processor, disk, paging, interrupts, interfaces, switches. */
const wordsBeforeLoad = 4 + 4 + 4 + 1 + 4 + 1;
/** Loads are fixed-point numbers (`FSCALE`). */
const loadScale = 256;

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, at) => {
    bytes.writeUInt32BE(number, at * 4);
  });
  return bytes;
};

/** A call without credentials (AUTH_NONE twice: flavour and length). `id`: 32 bits. */
const callOf = (
  id: number,
  { program, version, procedure }: Procedure,
  ...args: number[]
): Buffer => words(id, call, rpcVersion, program, version, procedure, 0, 0, 0, 0, ...args);

/** Asks the port mapper for the port of the statistics over UDP. */
export const portCall = (id: number): Buffer =>
  callOf(id, getPort, stats.program, stats.version, udp, 0);

/** Asks for the statistics. */
export const statsCall = (id: number): Buffer => callOf(id, stats);

export type Answered<T> = T | { readonly trouble: string };

const refusals: Readonly<Record<number, string>> = {
  1: "the program is not there",
  2: "it has another version",
  3: "it does not know the procedure",
  4: "it could not read the call",
  5: "it had a system error",
};

/** The results of an accepted call; null: no reply to this call. */
function resultsOf(bytes: Uint8Array, id: number): Answered<Buffer> | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number | null =>
    view.length >= at * 4 + 4 ? view.readUInt32BE(at * 4) : null;
  if (word(0) !== id || word(1) !== reply) return null;
  if (word(2) !== 0) return { trouble: "the call was denied" };
  // A verifier of variable length stands before the status.
  const verifier = word(4);
  if (verifier === null || verifier > 400) return { trouble: "a short reply" };
  const at = 5 + Math.ceil(verifier / 4);
  const status = word(at);
  if (status === null) return { trouble: "a short reply" };
  if (status !== 0) return { trouble: refusals[status] ?? `status ${status}` };
  return view.subarray((at + 1) * 4);
}

/** The port in the port mapper's reply; null: it is no reply to this call. */
export function readPort(bytes: Uint8Array, id: number): Answered<number> | null {
  const results = resultsOf(bytes, id);
  if (results === null || "trouble" in results) return results;
  if (results.length < 4) return { trouble: "a short reply" };
  const port = results.readUInt32BE(0);
  if (port > 0 && port < 65536) return port;
  return { trouble: "the port mapper knows no rstatd over UDP" };
}

/** The load of the last minute in a reply with statistics; null: it is no reply to this call. */
export function readStats(bytes: Uint8Array, id: number): Answered<number> | null {
  const results = resultsOf(bytes, id);
  if (results === null || "trouble" in results) return results;
  const at = wordsBeforeLoad * 4;
  if (results.length < at + 4) return { trouble: "a short reply" };
  return results.readUInt32BE(at) / loadScale;
}
