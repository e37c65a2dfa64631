/** The door to passwd(5) and group(5). A machine without them has neither users nor groups. */
import { readFileSync } from "node:fs";
import { type Account, readAccounts } from "../../model/account.ts";

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export const usersHere = (): readonly Account[] => readAccounts(textOf("/etc/passwd"), "users");

export const groupsHere = (): readonly Account[] => readAccounts(textOf("/etc/group"), "groups");
