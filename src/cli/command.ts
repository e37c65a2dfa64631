/**
 * How a command declares itself: name, summary, options, and what runs it. A declaration imports
 * nothing but the command line; what the command does is imported when it is asked for, so that
 * `lvsd status` starts without what the daemon needs (test/main.test.ts).
 */
import type { Command } from "commander";
import type { CommonOptions, ExitStatus } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** What every act of a command gets. */
export interface Asked<Options> {
  /** Its own options under commander's names; one that was not given is missing. */
  readonly options: Partial<Options>;
  /** The options that every command has. */
  readonly common: CommonOptions;
  /** The arguments, as their parsers have made them. */
  readonly words: readonly unknown[];
}

export type Act<Options> = (asked: Asked<Options>) => Promise<ExitStatus>;

/** What a file of `commands/` needs to declare its commands. */
export interface Declaring {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  readonly declare: Declare;
}

/** Adds a command. `help` follows the summary in the command's own help. */
export type Declare = <Options>(
  name: string,
  summary: string,
  act: Act<Options>,
  help?: string,
) => Command;

/** Declares commands of `program`; `ended` gets the exit status of the one that ran. */
export function declarer(program: Command, ended: (status: ExitStatus) => void): Declare {
  return (name, summary, act, help = "") =>
    program
      .command(name)
      .summary(summary)
      .description(
        `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.${help === "" ? "" : `\n\n${help}`}`,
      )
      .helpOption("-h, --help", "print this help")
      .allowExcessArguments(false)
      .action(async (...given: unknown[]) => {
        const command = given.at(-1) as Command;
        const { config = null, runDir, ...options } = command.optsWithGlobals<CommonOptions>();
        // Each option was declared next to the act that reads it.
        const own = options as Partial<Parameters<typeof act>[0]["options"]>;
        ended(
          await act({ options: own, common: { config, runDir }, words: command.processedArgs }),
        );
      });
}

/** `--json`, which all commands but `run` and the ones that print a file have. */
export interface JsonOption {
  readonly json: boolean;
}
export const jsonOption = (command: Command): Command => command.option("--json", "print JSON");

/** `--yes`: past the guards of a new configuration. */
export interface GuardOption {
  readonly yes: boolean;
}
export const guardOption = (command: Command): Command =>
  command.option("--yes", "even past the guards: many real servers removed, the peer left");

/** Where a command that writes a file puts it. */
export interface OutputOptions {
  readonly output: string;
  readonly force: boolean;
}
export const outputOptions = (command: Command, what: string): Command =>
  command
    .option("-o, --output <file>", `${what}, readable by those who need it`)
    .option("--force", "overwrite an existing file");
