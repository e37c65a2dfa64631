/** `lvsd top`: the screen, looked at each second or seldomer; one write of what changed a frame. */

import { setTimeout as sleep } from "node:timers/promises";
import type { RatesReport, Status } from "../../control/api.ts";
import { controlClient } from "../../control/client.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { socketIn } from "../directories.ts";
import { type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import { type Drawn, frame } from "../report/frame.ts";
import { colored, plain } from "../report/paint.ts";
import { headLines, rowsOf, topScreen } from "../report/top.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Between two looks: at least this, and 100 times what the answers took, so that they cost the
 * daemon at most a hundredth of a processor however many real servers there are.
 */
const pauseMsMin = 1000;
const pauseFactor = 100;
const pauseMsMax = 60_000;

/** The other screen of the terminal without a cursor, and back (xterm's ctlseqs). */
const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";

interface Sample {
  readonly status: Status;
  /** Null where the kernel's rates cannot be read. */
  readonly rates: RatesReport | null;
}

/** Throws a MachineError where no daemon answers at first; later it says so and goes on. */
export async function top(options: ReportOptions, terminal: Terminal): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const read = async (): Promise<Sample> => {
    const status = await client.status();
    return { status, rates: await client.rates().catch(withoutRates) };
  };
  const first = await read();
  const paint = terminal.colors ? colored : plain;
  if (options.json) terminal.out(`${JSON.stringify(first)}\n`);
  else if (!terminal.interactive) {
    const rows = rowsOf(first.status) + headLines + 1;
    const screen = { columns: 100, rows, above: 0 };
    const lines = topScreen(first.status, first.rates, screen, paint).slice(0, -1);
    terminal.out(`${lines.join("\n")}\n`);
  } else await show(first, read, terminal);
  return exit.done;
}

function withoutRates(thrown: unknown): null {
  if (thrown instanceof MachineError) return null;
  throw thrown;
}

/** Until q, ^C or the end of the session. */
async function show(first: Sample, read: () => Promise<Sample>, terminal: Terminal): Promise<void> {
  const paint = terminal.colors ? colored : plain;
  const stop = terminal.untilStopped();
  let sample = first;
  let above = 0;
  let trouble: string | null = null;
  let tookMs = 0;
  let drawn: Drawn | null = null;
  const draw = (): void => {
    const { columns = 80, rows = 24 } = process.stdout;
    above = Math.max(0, Math.min(above, rowsOf(sample.status) - 1));
    const lines = [...topScreen(sample.status, sample.rates, { columns, rows, above }, paint)];
    if (trouble !== null) lines[2] = paint("bad", trouble.slice(0, columns));
    const next = { lines, columns, rows };
    const changes = frame(drawn, next);
    drawn = next;
    if (changes !== "") terminal.out(changes);
  };
  const keys = listen((key) => {
    const page = Math.max(1, (process.stdout.rows ?? 24) - headLines - 2);
    above += { up: -1, down: 1, pageUp: -page, pageDown: page }[key];
    draw();
  });
  process.stdout.on("resize", draw);
  terminal.out(enter);
  try {
    while (!stop.aborted && !keys.quit.aborted) {
      draw();
      const pause = Math.min(pauseMsMax, Math.max(pauseMsMin, tookMs * pauseFactor));
      await waitFor(pause, [stop, keys.quit]);
      if (stop.aborted || keys.quit.aborted) break;
      const began = performance.now();
      try {
        sample = await read();
        trouble = null;
      } catch (thrown) {
        if (!(thrown instanceof MachineError)) throw thrown;
        trouble = messageOf(thrown);
      }
      tookMs = performance.now() - began;
    }
  } finally {
    process.stdout.off("resize", draw);
    keys.close();
    terminal.out(leave);
  }
}

/** Waits, and shorter where one of the signals comes. */
async function waitFor(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

type Key = "up" | "down" | "pageUp" | "pageDown";

const keyNames: Readonly<Record<string, Key>> = {
  "\x1b[A": "up",
  "\x1b[B": "down",
  "\x1b[5~": "pageUp",
  "\x1b[6~": "pageDown",
  k: "up",
  j: "down",
};

/** Keys of a terminal, one at a time; q and ^C end. Without one there are none. */
function listen(pressed: (key: Key) => void): { readonly quit: AbortSignal; close(): void } {
  const quit = new AbortController();
  const { stdin } = process;
  if (!stdin.isTTY) return { quit: quit.signal, close: () => {} };
  const hear = (bytes: Buffer): void => {
    const text = bytes.toString("latin1");
    if (text === "q" || text === "Q" || text === "\x03") quit.abort();
    const key = keyNames[text];
    if (key !== undefined) pressed(key);
  };
  stdin.setRawMode(true);
  stdin.on("data", hear);
  return {
    quit: quit.signal,
    close() {
      stdin.off("data", hear);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
