/** `lvsd run` and `lvsd runner`, as they are typed. */
import { Option } from "commander";
import { type Role, roles } from "../../model/router.ts";
import type { Declaring } from "../command.ts";
import { defaultStateDir, runnerSocket } from "../directories.ts";

interface RunOptions {
  readonly stateDir: string;
  readonly role: Role;
}

export function declareRun({ declare, terminal, environment }: Declaring): void {
  const stateDirDefault = defaultStateDir(environment);
  declare<RunOptions>(
    "run",
    "run the daemon in the foreground",
    async ({ options: { stateDir = stateDirDefault, role = null }, common }) =>
      (await import("../run.ts")).run(
        { ...common, stateDir, role, runner: runnerSocket(environment) },
        terminal,
      ),
    "systemd starts it so. SIGHUP reloads the configuration; SIGTERM hands over and ends.",
  )
    .addOption(
      new Option("--role <role>", "whatever addresses this machine has").choices([...roles]),
    )
    .option("--state-dir <directory>", "what outlives a run", stateDirDefault);
  declare(
    "runner",
    "run the operators' programs for the daemon, as another user",
    async () => (await import("../runner.ts")).runner(environment, terminal),
    "systemd starts it when the daemon first needs it (lvsd-runner.socket).",
  );
}
