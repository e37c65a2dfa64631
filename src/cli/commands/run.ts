/** `lvsd run` and `lvsd runner`, as they are typed. */
import { Option } from "commander";
import { type Role, roles } from "../../model/router.ts";
import type { Declaring } from "../command.ts";
import { defaultStateDir, runnerSocket } from "../directories.ts";

interface RunOptions {
  readonly stateDir: string;
  readonly role: Role;
  readonly strict: boolean;
}

export function declareRun({ declare, terminal, environment }: Declaring): void {
  const stateDirDefault = defaultStateDir(environment);
  declare<RunOptions>(
    "run",
    "run the daemon in the foreground",
    async ({ options: { stateDir = stateDirDefault, role = null, strict = false }, common }) =>
      (await import("../run.ts")).run(
        { ...common, stateDir, role, strict, runner: runnerSocket(environment) },
        terminal,
      ),
    "systemd starts it so. SIGHUP reloads the configuration; SIGTERM hands over and ends.\n" +
      "Where the file is invalid, the last good one is loaded; where there is none, the control\n" +
      "socket is served in state unconfigured, so that lvsd apply can make the first one.",
  )
    .addOption(
      new Option("--role <role>", "whatever addresses this machine has").choices([...roles]),
    )
    .option("--state-dir <directory>", "what outlives a run", stateDirDefault)
    .option("--strict", "end where the file is missing or invalid");
  declare(
    "runner",
    "run the operators' programs for the daemon, as another user",
    async () => (await import("../runner.ts")).runner(environment, terminal),
    "systemd starts it when the daemon first needs it (lvsd-runner.socket).",
  );
}
