/**
 * Reads the kernel's IPVS table: `ipvsadm -Sn` and `-Ln --thresholds` for the whole truth,
 * /proc/net/ip_vs for counters and shape without starting anything.
 *
 * The texts are read by table/; this file cuts them into pieces, so that a table of 50,000 lines
 * never keeps the loop, and with it the heartbeat, for longer than a few milliseconds.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ProcTable, parseProc } from "../../kernel/ipvs-proc.ts";
import { parseSave } from "../../kernel/ipvs-text.ts";
import { parseThresholds, type Thresholds, withThresholds } from "../../kernel/ipvs-thresholds.ts";
import { isRefused, MachineError, messageOf, type Refused } from "../../model/error.ts";
import type { Ms } from "../../model/time.ts";
import type {
  Counters,
  Destination,
  DestinationCounters,
  Service,
  Table,
} from "../../table/table.ts";
import { runProgram } from "../program/program.ts";

export interface ReadTable {
  readonly table: Table;
  readonly counters: Counters;
  /** Lines of `ipvsadm -Sn` about kinds that lvsd does not know. */
  readonly unread: readonly string[];
}

/** Measured: 500 lines take 1 to 2 ms. */
const pieceLinesMax = 500;

/**
 * Cuts a listing into pieces of whole lines. A piece that begins among a service's destinations
 * repeats the service's line in front of them, so that each piece is a listing of its own.
 */
export function* piecesOf(
  text: string,
  beginsService: (line: string) => boolean,
  linesMax = pieceLinesMax,
): Generator<string> {
  let service = "";
  let at = 0;
  while (at < text.length) {
    const lines: string[] = [];
    const front = service;
    while (at < text.length && lines.length < linesMax) {
      const end = text.indexOf("\n", at);
      const line = text.slice(at, end === -1 ? text.length : end);
      at = end === -1 ? text.length : end + 1;
      if (beginsService(line)) service = line;
      lines.push(line);
    }
    const repeated = front === "" || beginsService(lines[0] ?? "") ? [] : [front];
    yield [...repeated, ...lines].join("\n");
  }
}

const beginsSaved = (line: string): boolean => line.startsWith("-A ");
const beginsListed = (line: string): boolean => /^(TCP|UDP|SCTP|FWM) /.test(line);

function trusted<Value extends object>(value: Value | Refused<string>, source: string): Value {
  if (isRefused(value))
    throw new MachineError(`${source}: cannot be understood (${value.refused}): ${value.detail}`);
  return value as Value;
}

async function readSaved(text: string): Promise<{ table: Map<string, Service>; unread: string[] }> {
  const table = new Map<string, Service & { destinations: Map<string, Destination> }>();
  const unread: string[] = [];
  for (const piece of piecesOf(text, beginsSaved)) {
    const saved = trusted(parseSave(piece), "ipvsadm -Sn");
    for (const [key, service] of saved.table) {
      const known = table.get(key);
      if (known === undefined)
        table.set(key, { ...service, destinations: new Map(service.destinations) });
      else for (const [name, found] of service.destinations) known.destinations.set(name, found);
    }
    for (const line of saved.unread) if (unread.at(-1) !== line) unread.push(line);
    await nextTurn();
  }
  return { table, unread };
}

async function addThresholds(table: Table, listing: string): Promise<Table> {
  const known = new Map<string, Map<string, Thresholds>>();
  for (const piece of piecesOf(listing, beginsListed)) {
    const found = trusted(parseThresholds(piece), "ipvsadm -Ln --thresholds");
    mergeInto(known, found);
    await nextTurn();
  }
  const whole = new Map<string, Service>();
  let destinations = 0;
  for (const [key, service] of table) {
    whole.set(key, withThresholds(service, known.get(key) ?? null));
    destinations += service.destinations.size;
    if (destinations > pieceLinesMax) {
      destinations = 0;
      await nextTurn();
    }
  }
  return whole;
}

function mergeInto<Value>(
  into: Map<string, Map<string, Value>>,
  from: ReadonlyMap<string, ReadonlyMap<string, Value>>,
): void {
  for (const [key, inner] of from) {
    const known = into.get(key);
    if (known === undefined) into.set(key, new Map(inner));
    else for (const [name, value] of inner) known.set(name, value);
  }
}

/**
 * The kernel gives 4 KiB a read, so a thread of the pool would be asked a thousand times for a
 * large table: this reads by itself, 128 KiB (some 1,500 lines) at a time.
 */
const readsPerTurn = 32;

async function readInSlices(file: string): Promise<string> {
  const fd = openSync(file, "r");
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      for (let count = 0; count < readsPerTurn; count += 1) {
        const chunk = Buffer.allocUnsafe(4096);
        const got = readSync(fd, chunk);
        if (got === 0) return Buffer.concat(chunks).toString("latin1");
        chunks.push(chunk.subarray(0, got));
      }
      await nextTurn();
    }
  } finally {
    closeSync(fd);
  }
}

/** Counters and shape from /proc: starts nothing, costs a read. Throws MachineError. */
export async function readProcFile(file: string): Promise<ProcTable> {
  let text: string;
  try {
    text = await readInSlices(file);
  } catch (thrown) {
    throw new MachineError(
      `${file}: cannot be read; is the kernel module ip_vs loaded? (${messageOf(thrown)})`,
      { cause: thrown },
    );
  }
  const shape = new Set<string>();
  const counters = new Map<string, Map<string, DestinationCounters>>();
  for (const piece of piecesOf(text, beginsListed)) {
    const found = trusted(parseProc(piece), file);
    for (const part of found.shape) shape.add(part);
    mergeInto(counters, found.counters);
    await nextTurn();
  }
  return { shape, counters };
}

export interface ReadOptions {
  readonly path: string | undefined;
  readonly deadline: Ms;
  readonly procFile: string;
}

/** The table with flags, thresholds and counters. Throws MachineError. */
export async function readWholeTable(options: ReadOptions): Promise<ReadTable> {
  const { path, deadline, procFile } = options;
  const run = async (...args: string[]): Promise<string> =>
    (await runProgram({ file: "ipvsadm", args, deadline, path })).stdout;
  // One after the other: the first one loads the kernel module where it is not loaded yet.
  const { table, unread } = await readSaved(await run("-Sn"));
  const isEmpty = [...table.values()].every(({ destinations }) => destinations.size === 0);
  if (isEmpty) return { table, counters: new Map(), unread };
  const whole = await addThresholds(table, await run("-Ln", "--thresholds"));
  const { counters } = await readProcFile(procFile);
  return { table: whole, counters, unread };
}
