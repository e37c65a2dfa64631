/** A terminal that keeps what a command says, and a served daemon for the command to ask. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { runCommandLine } from "../../src/cli/command-line.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { startControlServer } from "../../src/control/server.ts";
import { ScriptedDaemon } from "../control/scripted-daemon.ts";

export class Recorder implements Terminal {
  outText = "";
  errorText = "";
  readonly colors = false;
  readonly interactive = false;
  readonly stop = new AbortController();
  /** Told after each word to stdout. */
  heard: () => void = () => {};
  out = (text: string) => {
    this.outText += text;
    this.heard();
  };
  error = (text: string) => {
    this.errorText += text;
    this.heard();
  };
  untilStopped = () => this.stop.signal;
}

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs one command line in this process, without systemd's variables. */
export async function lvsd(
  words: readonly string[],
  terminal: Recorder = new Recorder(),
): Promise<Ran> {
  const status = await runCommandLine(words, terminal, {});
  return { status, out: terminal.outText, error: terminal.errorText };
}

export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-cli-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A daemon that listens in `runDir`. */
export async function serve(
  t: TestContext,
): Promise<{ runDir: string; daemon: ScriptedDaemon; stop: () => Promise<void> }> {
  const runDir = temporary(t);
  const daemon = new ScriptedDaemon();
  const { stop } = await serveIn(t, runDir, daemon);
  return { runDir, daemon, stop };
}

export async function serveIn(
  t: TestContext,
  runDir: string,
  daemon: ScriptedDaemon,
): Promise<{ stop: () => Promise<void> }> {
  const server = await startControlServer({
    socketPath: join(runDir, "lvsd.sock"),
    controlled: daemon,
    warn: () => {},
  });
  let running = true;
  const stop = async () => {
    if (running) await server.close();
    running = false;
  };
  t.after(stop);
  return { stop };
}
