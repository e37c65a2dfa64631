/**
 * From the arguments to one command; the only module that sets the process's exit status.
 */
import { runCommandLine } from "./cli/command-line.ts";
import { processTerminal } from "./cli/terminal.ts";

// A reader that has seen enough (`lvsd events | head`) is no failure of ours.
const terminal = processTerminal(() => process.exit());

process.exitCode = await runCommandLine(process.argv.slice(2), terminal, process.env);
