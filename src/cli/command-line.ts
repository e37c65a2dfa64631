/**
 * The command line as it is typed: commands, options, help. Each command's own module is loaded
 * only when it is asked for, so that `lvsd status` starts without what the daemon needs.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type ImporterName, importerNames } from "../config/import/imported.ts";
import { problemElsewhere } from "../keys/problem.ts";
import { MachineError } from "../model/error.ts";
import { type Role, roles } from "../model/router.ts";
import { version } from "../model/version.ts";
import { answersOf, declareAnswers, declareRouters, type TypedAnswers } from "./answers.ts";
import { defaultConfig, defaultRunDir, defaultStateDir } from "./directories.ts";
import { type CommonOptions, complain, type ExitStatus, exit } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** Options as commander hands them over. */
interface Typed extends TypedAnswers {
  readonly config?: string;
  readonly runDir: string;
  readonly stateDir?: string;
  readonly role?: Role;
  readonly here?: true;
  readonly json?: true;
  readonly yes?: true;
  readonly watch?: true;
  readonly follow?: true;
  readonly output?: string;
  readonly force?: true;
  readonly from?: ImporterName;
  readonly lenient?: true;
  readonly strict?: true;
  readonly fold?: true;
  readonly instance?: string;
}

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
  declareRun(declare, terminal, environment);
  declareCheck(declare, terminal);
  declareRequests(declare, terminal);
  declareSaving(declare, terminal);
  declareQuestions(declare, terminal);
  declareFirstSteps(declare, terminal);
  declareImport(declare, terminal);
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
    await program.parseAsync(words, { from: "user" });
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

const exitStatuses = `
Exit status:
  0  done
  1  the daemon is unreachable or refused, or what was asked for does not hold
  2  wrong usage, or a file is missing or invalid`;

/** commander says `error: ...` and puts its suggestion on a line of its own. */
const onOneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ");

/** `words`: the command's arguments, as their parsers have made them. */
type Act = (typed: Typed, common: CommonOptions, words: readonly unknown[]) => Promise<ExitStatus>;
type Declare = (name: string, summary: string, act: Act, help?: string) => Command;

function declarer(program: Command, ended: (status: ExitStatus) => void): Declare {
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
        const typed = command.optsWithGlobals<Typed>();
        const common = { config: typed.config ?? null, runDir: typed.runDir };
        ended(await act(typed, common, command.processedArgs));
      });
}

const jsonFlag = (command: Command): Command => command.option("--json", "print JSON");

function declareRun(declare: Declare, terminal: Terminal, environment: NodeJS.ProcessEnv): void {
  const stateDirDefault = defaultStateDir(environment);
  declare(
    "run",
    "run the daemon in the foreground",
    async ({ stateDir = stateDirDefault, role = null }, common) =>
      (await import("./run.ts")).run({ ...common, stateDir, role }, terminal),
    "systemd starts it so. SIGHUP reloads the configuration; SIGTERM hands over and ends.",
  )
    .addOption(
      new Option("--role <role>", "whatever addresses this machine has").choices([...roles]),
    )
    .option("--state-dir <directory>", "what outlives a run", stateDirDefault);
}

function declareCheck(declare: Declare, terminal: Terminal): void {
  const check = declare(
    "check",
    "judge the configuration, its includes and its key file",
    async ({ json = false, here = false }, common) =>
      (await import("./config/check.ts")).check({ ...common, json, here }, terminal),
    "Prints every problem at once as FILE:LINE:COL: message (hint). Needs no daemon and no root.",
  );
  jsonFlag(
    check.option("--here", "also what only this machine can tell: role, devices, programs, kernel"),
  );
}

function declareRequests(declare: Declare, terminal: Terminal): void {
  const plan = declare(
    "plan",
    "show what a reload would change; change nothing",
    async ({ json = false }, common) =>
      (await import("./config/plan.ts")).plan({ ...common, json }, terminal),
    "Compares the daemon's file with what runs: addresses, the IPVS table, settings.\n" +
      "Exit status 0 also when there are changes; 1 where only reload --yes would make them.",
  );
  jsonFlag(plan);
  const reload = declare(
    "reload",
    "have the daemon load its file again, and report what changed",
    async ({ json = false, yes = false }, common) =>
      (await import("./config/reload.ts")).reload({ ...common, json, yes }, terminal),
    "An invalid file changes nothing: every problem is printed, exit status 2.\n" +
      "Established connections and servers that did not change stay as they are.",
  );
  jsonFlag(
    reload.option("--yes", "even past the guards: many real servers removed, the peer left"),
  );
  jsonFlag(
    declare(
      "switchover",
      "hand the active state to the peer, and wait until it has it",
      async ({ json = false }, common) =>
        (await import("./switchover.ts")).switchover({ ...common, json }, terminal),
      "Asked of the active router. Refused, with exit status 1, while the peer is dead or unfit.\n" +
        "Automatic failback is suspended until the new active router fails or is asked in turn.",
    ),
  );
  jsonFlag(
    declare(
      "restart",
      "restart the daemon while addresses, table and connections stay",
      async ({ json = false }, common) =>
        (await import("./restart.ts")).restart({ ...common, json }, terminal),
      "The peer waits; a daemon that does not come back loses its addresses, and the peer takes\n" +
        "over. Refused, with exit status 2, where the file on disk is invalid.",
    ),
  );
}

const guardFlag = (command: Command): Command =>
  command.option("--yes", "even past the guards: many real servers removed, the peer left");

function declareSaving(declare: Declare, terminal: Terminal): void {
  const apply = declare(
    "apply",
    "store a configuration on both routers or on none, and load it",
    async ({ json = false, yes = false }, common, [file]) =>
      (await import("./config/save.ts")).apply(
        { ...common, json, yes, file: String(file) },
        terminal,
      ),
    "Its serial is raised; nothing else in the text changes. The one that it replaces is kept.\n" +
      "With cluster_sync: false, or while the peer is dead, it is stored here; the peer catches up.",
  );
  jsonFlag(guardFlag(apply.argument("<file>", "the new configuration")));
  const sync = declare(
    "sync",
    "give the peer the configuration that is loaded here, whatever it has",
    async ({ json = false, yes = false }, common) =>
      (await import("./config/save.ts")).sync({ ...common, json, yes }, terminal),
    "The way out where a file was edited by hand on one router. The peer judges it first.",
  );
  jsonFlag(guardFlag(sync));
  const config = declare(
    "config",
    "list, compare or bring back the last ten configurations that were replaced",
    async ({ json = false, yes = false }, common, [action, given]) => {
      const back = typeof given === "number" ? given : 1;
      if (action === "rollback")
        return (await import("./config/save.ts")).rollback(
          { ...common, json, yes, back },
          terminal,
        );
      const past = await import("./config/config-history.ts");
      return action === "history"
        ? past.history({ ...common, json }, terminal)
        : past.diff({ ...common, json, back }, terminal);
    },
    "history lists them; diff shows what changed since the N-th last; rollback stores it anew.",
  )
    .addArgument(
      new Argument("<action>", "what to do").choices(["history", "diff", "rollback"] as const),
    )
    .argument("[n]", "how many replacements ago, 1 if left out", replacements);
  jsonFlag(guardFlag(config));
}

function replacements(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Give a number from 1.");
  return Number(text);
}

function declareQuestions(declare: Declare, terminal: Terminal): void {
  jsonFlag(
    declare(
      "status",
      "show role, state, peer, addresses, virtual and real servers",
      async ({ json = false, watch = false }, common) =>
        (await import("./status.ts")).status({ ...common, json, watch }, terminal),
    ).option("--watch", "look again each second until ^C"),
  );
  jsonFlag(
    declare(
      "events",
      "show what happened and why, newest last",
      async ({ json = false, follow = false }, common) =>
        (await import("./events.ts")).events({ ...common, json, follow }, terminal),
      "The daemon remembers the last 1000 events since its start; journalctl -u lvsd has them all.",
    ).option("-f, --follow", "go on with what happens, until ^C; waits for a daemon that restarts"),
  );
}

const outputOptions = (command: Command, what: string): Command =>
  command
    .option("-o, --output <file>", `${what}, readable by root and the group lvsd`)
    .option("--force", "overwrite an existing file");

function declareFirstSteps(declare: Declare, terminal: Terminal): void {
  const init = declare(
    "init",
    "print a commented first configuration",
    async ({ output = null, force = false, ...typed }, common) =>
      (await import("./config/init.ts")).init(
        { ...common, output, force, answers: answersOf(typed) },
        terminal,
      ),
    "What is not given stands as an example, to be edited. The same file serves both routers.",
  );
  outputOptions(declareAnswers(init), "write it there");
  const keygen = declare(
    "keygen",
    "print a fresh key for the heartbeat",
    async ({ output = null, force = false }, common) =>
      (await import("./config/keygen.ts")).keygen({ ...common, output, force }, terminal),
    "Both routers need the same key file, by default /etc/lvsd/heartbeat.key.",
  );
  outputOptions(keygen, "write the key there");
}

function declareImport(declare: Declare, terminal: Terminal): void {
  const command = declare(
    "import",
    "convert another system's configuration into a commented lvsd.yaml",
    async (typed, common, [files]) =>
      (await import("./config/import.ts")).importConfig(
        {
          ...common,
          ...{ json: typed.json ?? false, force: typed.force ?? false },
          ...{ strict: typed.strict ?? false, output: typed.output ?? null },
          ...{ from: typed.from ?? null, files: files as readonly string[] },
          options: {
            primary: typed.primary ?? null,
            backup: typed.backup === "none" ? null : (typed.backup ?? null),
            ...{ lenient: typed.lenient ?? false, fold: typed.fold ?? false },
            instance: typed.instance ?? null,
          },
        },
        terminal,
      ),
    "Files of one site together, recognised by their content; - is stdin. The report says what was\n" +
      "changed, left out or is suspicious. Exit status 3: something was left out or is suspicious;\n" +
      "1: the files cannot be read.",
  )
    .argument("<file...>", "the files of one site")
    .addOption(new Option("--from <system>", "what the files are of").choices(importerNames))
    .option("--lenient", "take what was meant where the original would refuse the file")
    .option("--strict", "write nothing if something was left out or is suspicious")
    .option("--fold", "virtual servers that differ only in their port become one with ports:")
    .option("--instance <id>", "keepalived's configuration id, for @ID lines");
  outputOptions(declareRouters(jsonFlag(command)), "write it there");
}
