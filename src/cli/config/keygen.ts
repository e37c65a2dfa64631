/** `lvsd keygen`: a fresh key for the heartbeat, as heartbeat.key_file wants it. */
import { randomBytes } from "node:crypto";
import { keyBytes } from "../../keys/key.ts";
import { type CommonOptions, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";
import { createFile } from "./new-file.ts";

export interface OutputOptions extends CommonOptions {
  /** Null: stdout. */
  readonly output: string | null;
  readonly force: boolean;
}

/** Throws a MachineError where the file cannot be written or is there already. */
export async function keygen(
  { output, force }: OutputOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const text = `${randomBytes(keyBytes).toString("base64")}\n`;
  if (output === null) {
    terminal.out(text);
    return exit.done;
  }
  const mode = createFile({ path: output, text, force, readers: "daemon" });
  terminal.out(
    `${output} written with mode 0${mode.toString(8)}; copy it to the other router with its owner and mode\n`,
  );
  return exit.done;
}
