/** `lvsd console` and `lvsd passwd`, as they are typed. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type UserRole, userRoles } from "../../console/users/user.ts";
import type { Declaring } from "../command.ts";
import { defaultConsoleDir } from "../directories.ts";

interface ServerOptions {
  readonly stateDir: string;
  readonly listen: string;
  readonly port: number;
}

interface PasswdOptions {
  readonly stateDir: string;
  readonly role: UserRole;
  readonly virtualServers: readonly string[];
  readonly delete: boolean;
}

export function declareConsole({ declare, terminal, environment }: Declaring): void {
  const stateDirDefault = defaultConsoleDir(environment);
  const stateDirOption = (command: Command): Command =>
    command.option("--state-dir <directory>", "where the console's users are", stateDirDefault);
  const server = declare<ServerOptions>(
    "console",
    "run the web console in the foreground",
    async ({ options: { stateDir = stateDirDefault, listen = null, port = null }, common }) =>
      (await import("../console/console.ts")).runConsole(
        { ...common, stateDir, listen, port },
        terminal,
      ),
    "A process of its own, unprivileged, which speaks to the control socket alone; systemd starts\n" +
      "it as lvsd-console.service. The configuration (console:) says where it listens and which networks it serves.",
  );
  stateDirOption(server)
    .option("--listen <address>", "listen there, whatever the configuration says")
    .addOption(new Option("--port <port>", "likewise; 0: a free one").argParser(portOf));
  const users = declare<PasswdOptions>(
    "passwd",
    "set a password of the web console, or make or delete its users",
    async ({ options, words: [user] }) =>
      (await import("../console/passwd.ts")).passwd(
        {
          user: typeof user === "string" ? user : "admin",
          stateDir: options.stateDir ?? stateDirDefault,
          role: options.role ?? null,
          virtualServers: options.virtualServers ?? null,
          delete: options.delete ?? false,
        },
        terminal,
      ),
    "Asks for the password twice; without a terminal it reads one line of stdin. Every session of\n" +
      "the user ends. Run it as root.",
  );
  stateDirOption(users)
    .argument("[user]", "who; admin if left out")
    .addOption(
      new Option("--role <role>", "what the user may do; an operator everything").choices([
        ...userRoles,
      ]),
    )
    .addOption(
      new Option(
        "--virtual-servers <names>",
        "operates these alone (a,b), and configures nothing; '': all",
      ).argParser((text) => text.split(",").filter((name) => name !== "")),
    )
    .option("--delete", "delete the user");
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("Give a number from 0 to 65535.");
  return Number(text);
}
