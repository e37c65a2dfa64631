/** `lvsd realserver VS [RS]`: the script that prepares a real server. Needs no daemon. */
import { resolve } from "node:path";
import { type AskedScript, scriptFor } from "../../advice/real-server/asked-script.ts";
import { readConfig } from "../../config/read-config.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { diskFiles } from "../../system/file/config-files.ts";
import { defaultConfig } from "../directories.ts";
import { type CommonOptions, complain, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

export interface RealServerOptions extends CommonOptions, AskedScript {}

/** Prints the text; 1 where the configuration lacks what it needs, 2 for names that do not exist. */
export async function realserver(
  options: RealServerOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const read = readConfig(resolve(options.config ?? defaultConfig), diskFiles);
  if ("problems" in read) {
    complain(terminal, read.problems);
    return exit.invalid;
  }
  const script = scriptFor(read.config, options);
  if (script.kind !== "script") {
    complain(terminal, [script.problem]);
    return script.kind === "unknown" ? exit.invalid : exit.refused;
  }
  if (script.warning !== null) complain(terminal, [problemElsewhere(script.warning)]);
  terminal.out(script.text);
  return exit.done;
}
