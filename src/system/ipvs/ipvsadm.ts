/**
 * The door to the kernel's IPVS table: reads it, applies a plan in order. Decides nothing.
 *
 * Changes go in batches through an ipvsadm that stays open (ipvs-pipe.ts). It says that something
 * was refused but not what; then the table is read, and what does not hold is said once more, one
 * line at a time, so that each refusal is heard with its change.
 */

import type { ProcTable } from "../../kernel/ipvs-proc.ts";
import { parseTimeouts, restoreLine, type Timeouts, timeoutsLine } from "../../kernel/ipvs-text.ts";
import { isRefused, MachineError, messageOf } from "../../model/error.ts";
import { printDestination, printService } from "../../model/service.ts";
import { type Ms, ms } from "../../model/time.ts";
import { type Change, sameDestination, sameService, type Table } from "../../table/table.ts";
import { runProgram } from "../program/program.ts";
import { type Barrier, barriers, type IpvsPipe, openIpvsPipe, PipeEnded } from "./ipvs-pipe.ts";
import { type ReadTable, readProcFile, readWholeTable } from "./ipvs-read.ts";

export type { ReadTable };

export interface IpvsadmOptions {
  /** Where `ipvsadm` is looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Longest silence of the program before it is killed, 10 ms a line on top; default 5 s. */
  readonly deadline?: Ms;
  /** Default `/proc/net/ip_vs`. */
  readonly procFile?: string;
}

/** A change that the kernel refused, with its words. */
export interface RefusedChange {
  readonly change: Change;
  readonly reason: string;
}

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ipvsadm {
  /** The whole truth with flags, thresholds and counters; starts programs. Throws MachineError. */
  readTable(): Promise<ReadTable>;
  /**
   * Counters and shape straight from /proc, for frequent looks: starts nothing, waits for no other
   * call. A table whose `shapeOf` differs from the shape has drifted. Throws MachineError.
   */
  readProc(): Promise<ProcTable>;
  /**
   * Applies the changes in order and resolves when the kernel has done them all; those that the
   * kernel or the program's parser refused are listed, the others hold. Throws MachineError when
   * the program is missing, hangs or keeps ending: then what holds is to be read.
   */
  apply(changes: readonly Change[]): Promise<{ readonly refused: readonly RefusedChange[] }>;
  /** The kernel's connection timeouts, rounded up to seconds. Throws MachineError. */
  setTimeouts(timeouts: Timeouts): Promise<void>;
  /** Throws MachineError. */
  readTimeouts(): Promise<Timeouts>;
  /** Ends the kept program. */
  close(): Promise<void>;
}

const defaultDeadline = ms(5000);

/** Lines before a barrier: an answer at least every second even where a line takes 1 ms. */
const batchLinesMax = 1000;

/** A program that ends at one line after the other is not refusing them: it is broken. */
const endsMax = 20;

interface Batch {
  readonly barrier: Barrier;
  readonly changes: readonly Change[];
}

const barrierFor = (change: Change): Barrier | null => {
  if ("destination" in change) return barriers.amongDestinations;
  return change.kind === "add-service" ? null : barriers.amongServices;
};

/**
 * Cuts a plan into batches, in order, each of which can be ended by one barrier without a doubt.
 */
export function batchesOf(changes: readonly Change[]): readonly Batch[] {
  const batches: { barrier: Barrier | null; changes: Change[] }[] = [];
  for (const change of changes) {
    const needed = barrierFor(change);
    const open = batches.at(-1);
    const fits = needed === null || open?.barrier == null || open.barrier === needed;
    if (open === undefined || !fits || open.changes.length >= batchLinesMax)
      batches.push({ barrier: needed, changes: [change] });
    else {
      open.changes.push(change);
      open.barrier ??= needed;
    }
  }
  return batches.map(({ barrier, changes: ofBatch }) => ({
    barrier: barrier ?? barriers.amongDestinations,
    changes: ofBatch,
  }));
}

/** Whether the table is as if the change had been made. */
function isDone(change: Change, table: Table): boolean {
  if (!("destination" in change)) {
    const found = table.get(printService(change.service.identity));
    if (change.kind === "delete-service") return found === undefined;
    return found !== undefined && sameService(found, change.service);
  }
  const found = table
    .get(printService(change.service))
    ?.destinations.get(printDestination(change.destination.identity));
  if (change.kind === "delete-destination") return found === undefined;
  return found !== undefined && sameDestination(found, change.destination);
}

/** `clean`: all hold. `complaints`: some may not. `ended`: the rest was never done. */
async function applyInBatches(
  pipe: IpvsPipe,
  changes: readonly Change[],
): Promise<"clean" | "complaints" | "ended"> {
  let complaints = 0;
  for (const batch of batchesOf(changes)) {
    try {
      complaints += (await pipe.ask(batch.changes.map(restoreLine), batch.barrier)).length;
    } catch (thrown) {
      if (thrown instanceof PipeEnded) return "ended";
      throw thrown;
    }
  }
  return complaints === 0 ? "clean" : "complaints";
}

async function applyOneByOne(
  pipe: IpvsPipe,
  changes: readonly Change[],
): Promise<readonly RefusedChange[]> {
  const refused: RefusedChange[] = [];
  let ends = 0;
  for (const change of changes) {
    const barrier = barrierFor(change) ?? barriers.amongDestinations;
    try {
      const complaints = await pipe.ask([restoreLine(change)], barrier);
      if (complaints.length > 0) refused.push({ change, reason: complaints.join(" ") });
    } catch (thrown) {
      if (!(thrown instanceof PipeEnded)) throw thrown;
      ends += 1;
      if (ends > endsMax)
        throw new MachineError(`ipvsadm ended ${ends} times while a plan was applied`, {
          cause: thrown,
        });
      refused.push({ change, reason: messageOf(thrown) });
    }
  }
  return refused;
}

/** The door; the program is started when it is first needed. */
export function openIpvsadm(options: IpvsadmOptions = {}): Ipvsadm {
  const { path, deadline = defaultDeadline, procFile = "/proc/net/ip_vs" } = options;
  const pipe = openIpvsPipe(path, deadline);
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };
  const readTable = (): Promise<ReadTable> => readWholeTable({ path, deadline, procFile });
  const apply = async (
    changes: readonly Change[],
  ): Promise<{ readonly refused: readonly RefusedChange[] }> => {
    let rest = changes;
    // A program that somebody killed has refused nothing: a second time all goes in batches.
    for (let ends = 0; ends < 2; ends += 1) {
      const outcome = await applyInBatches(pipe, rest);
      if (outcome === "clean") return { refused: [] };
      const { table } = await readTable();
      rest = rest.filter((change) => !isDone(change, table));
      if (rest.length === 0) return { refused: [] };
      if (outcome === "complaints") break;
    }
    return { refused: await applyOneByOne(pipe, rest) };
  };
  return {
    readTable: () => inTurn(readTable),
    readProc: () => readProcFile(procFile),
    apply: (changes) => inTurn(() => apply(changes)),
    setTimeouts: (timeouts) =>
      inTurn(async () => {
        const args = timeoutsLine(timeouts).split(" ");
        await runProgram({ file: "ipvsadm", args, deadline, path });
      }),
    readTimeouts: () =>
      inTurn(async () => {
        const args = ["-L", "--timeout"];
        const { stdout } = await runProgram({ file: "ipvsadm", args, deadline, path });
        const timeouts = parseTimeouts(stdout);
        if (isRefused(timeouts))
          throw new MachineError(`ipvsadm -L --timeout: not understood: ${timeouts.detail}`);
        return timeouts;
      }),
    close: () => inTurn(pipe.drop),
  };
}
