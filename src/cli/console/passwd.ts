/** `lvsd passwd`: the users of the console and their passwords. Needs no daemon and no console. */
import { resolve } from "node:path";
import {
  hashPassword,
  passwordFault,
  passwordLengthMax,
  passwordLengthMin,
} from "../../console/users/password.ts";
import { type User, type UserRole, userName } from "../../console/users/user.ts";
import { UsersFile } from "../../console/users/users-file.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { complain, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";
import { readSecret } from "./secret.ts";

export interface PasswdCommand {
  readonly user: string;
  readonly stateDir: string;
  /** Null: as it was; an operator where the user is new. */
  readonly role: UserRole | null;
  /** Null: as it was; every one where the user is new, and with an empty list. */
  readonly virtualServers: readonly string[] | null;
  readonly delete: boolean;
}

/** Asks for the password twice on a terminal, else reads one line of stdin. Throws MachineError. */
export async function passwd(options: PasswdCommand, terminal: Terminal): Promise<ExitStatus> {
  const wrong = (message: string, hint: string | null = null): ExitStatus => {
    complain(terminal, [problemElsewhere(message, hint)]);
    return exit.invalid;
  };
  const name = JSON.stringify(options.user.slice(0, 60));
  if (!userName.test(options.user))
    return wrong(`${name} is no user name`, "letters, digits, `.`, `_`, `-`; at most 32");
  const users = new UsersFile(resolve(options.stateDir));
  if (options.delete) {
    if (users.remove(options.user)) {
      terminal.out(`${options.user} is deleted; all sessions of this user are over\n`);
      return exit.done;
    }
    complain(terminal, [problemElsewhere(`there is no user ${name}`)]);
    return exit.refused;
  }
  const password = await readSecret(`New password of ${options.user}: `, "Again: ", terminal);
  if (password === null) return wrong("the two passwords differ");
  const fault = passwordFault(password);
  if (fault === "short")
    return wrong(`the password is too short: at least ${passwordLengthMin} characters`);
  if (fault === "long")
    return wrong(`the password is too long: at most ${passwordLengthMax} characters`);
  const before = users.find(options.user);
  users.put({
    name: options.user,
    role: options.role ?? before?.role ?? "operator",
    virtualServers: chosen(options.virtualServers, before),
    password: await hashPassword(password),
    changed: new Date().toISOString(),
  });
  terminal.out(`${users.path}: ${options.user} has a new password; older sessions are over\n`);
  return exit.done;
}

function chosen(given: readonly string[] | null, before: User | null): readonly string[] | null {
  if (given === null) return before?.virtualServers ?? null;
  return given.length === 0 ? null : given;
}
