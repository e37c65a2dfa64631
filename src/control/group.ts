/** The numbers of the groups of this machine, from group(5) alone. */
import { readFileSync } from "node:fs";
import { readAccounts } from "../model/account.ts";

export { operatorsGroup } from "../model/account.ts";

/** The number of a group of this machine, or null where it has none of that name. */
export const groupId = (name: string, groupFile = "/etc/group"): number | null =>
  readAccounts(textOf(groupFile), "groups").find((group) => group.name === name)?.id ?? null;

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // A machine without group(5), a bare container say, has no such group.
    return "";
  }
}
