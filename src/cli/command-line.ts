/**
 * The command line as it is typed: what all commands share, and the list of them. Each declares
 * itself in `commands/`; what it does is loaded only when it is asked for.
 */
import { Command, CommanderError } from "commander";
import { problemElsewhere } from "../keys/problem.ts";
import { MachineError } from "../model/error.ts";
import { parseDuration } from "../model/time.ts";
import { version } from "../model/version.ts";
import { type Declaring, declarer } from "./command.ts";
import { declareCheck } from "./commands/check.ts";
import { declareConsole } from "./commands/console.ts";
import { declareFirstFiles } from "./commands/first-files.ts";
import { declareImport } from "./commands/import.ts";
import { declareMachine } from "./commands/machine.ts";
import { declareMaintenance } from "./commands/maintenance.ts";
import { declarePair } from "./commands/pair.ts";
import { declareProbe } from "./commands/probe.ts";
import { declareReloading } from "./commands/reloading.ts";
import { declareReports } from "./commands/reports.ts";
import { declareRun } from "./commands/run.ts";
import { declareSaving } from "./commands/saving.ts";
import { declareTable } from "./commands/table.ts";
import { declareTakeover } from "./commands/takeover.ts";
import { defaultConfig, defaultRunDir } from "./directories.ts";
import { complain, type ExitStatus, exit } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** The commands, in the order in which `lvsd --help` lists them. */
const commands: readonly ((declaring: Declaring) => void)[] = [
  declareRun,
  declareConsole,
  declareCheck,
  declareReloading,
  declarePair,
  declareMaintenance,
  declareProbe,
  declareSaving,
  declareReports,
  declareFirstFiles,
  declareImport,
  declareTakeover,
  declareMachine,
  declareTable,
];

/** The commands and what becomes of their exit status; also what documentation is compared with. */
export function commandLine(
  terminal: Terminal,
  environment: NodeJS.ProcessEnv,
  ended: (status: ExitStatus) => void,
): Command {
  const program = new Command("lvsd");
  program
    .description(
      "Turns two Linux machines into one highly available layer-4 load balancer:\nvirtual " +
        "addresses that one of the two holds, an IPVS table, health checks of real servers",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help, of a command too")
    .helpCommand("help [command]", "print help, of a command too")
    .option("-c, --config <file>", `the configuration (default: ${defaultConfig})`)
    .option(
      "--run-dir <directory>",
      "where the daemon's control socket is",
      defaultRunDir(environment),
    )
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.error,
      outputError: (text, write) => write(`lvsd: ${onOneLine(text)}\n`),
    })
    .exitOverride()
    .addHelpText("after", exitStatuses);
  const declare = declarer(program, ended);
  for (const command of commands) command({ terminal, environment, declare });
  return program;
}

/** Runs the command that `words` ask for, the program's name left out. Throws for bugs of ours only. */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
  environment: NodeJS.ProcessEnv,
): Promise<ExitStatus> {
  let status: ExitStatus = exit.done;
  const program = commandLine(terminal, environment, (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(withoutSwallowing(helpful(words, program)), { from: "user" });
    return status;
  } catch (error) {
    // Help and version that were asked for end with 0; every other word from commander is misuse.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exit.done;
      // commander has printed the line for people already.
      const problems = [problemElsewhere(onOneLine(error.message))];
      if (words.includes("--json")) terminal.out(`${JSON.stringify({ ok: false, problems })}\n`);
      return exit.invalid;
    }
    if (!(error instanceof MachineError)) throw error;
    complain(terminal, [problemElsewhere(error.message)], words.includes("--json"));
    return exit.refused;
  }
}

/** `lvsd help statu` is answered as `lvsd statu`: commander would print the whole help instead. */
function helpful(words: readonly string[], program: Command): readonly string[] {
  const [first, about, ...more] = words;
  if (first !== "help" || about === undefined || about === "help") return words;
  return program.commands.some((command) => command.name() === about) ? words : [about, ...more];
}

/** `--wait` takes no word that follows it but a length of time: `lvsd drain --wait web rs1`. */
const withoutSwallowing = (words: readonly string[]): readonly string[] =>
  words.map((word, at) =>
    word === "--wait" && parseDuration(words[at + 1] ?? "") === null ? "--wait=" : word,
  );

const exitStatuses = `
Exit status:
  0  done
  1  the daemon is unreachable or refused, or what was asked for does not hold
  2  wrong usage, or a file is missing or invalid
  3  import only: converted, but something was left out or is suspicious`;

/** commander says `error: ...` and puts its suggestion on a line of its own. */
const onOneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ");
