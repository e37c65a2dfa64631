/** `lvsd init`: a commented first configuration, with what the operator knows already filled in. */
import { type StarterAnswers, starter } from "../../advice/starter.ts";
import { type CommonOptions, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";
import { createFile } from "./new-file.ts";

export interface InitOptions extends CommonOptions {
  /** Null: stdout. */
  readonly output: string | null;
  readonly force: boolean;
  readonly answers: Partial<StarterAnswers>;
}

/** Throws a MachineError where the file cannot be written or is there already. */
export async function init(
  { output, force, answers }: InitOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const text = starter(answers);
  if (output === null) terminal.out(text);
  else {
    createFile({ path: output, text, force, readers: "operators" });
    terminal.out(`${output} written; edit it, then lvsd check -c ${output}\n`);
  }
  return exit.done;
}
