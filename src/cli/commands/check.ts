/** `lvsd check`, as it is typed. */
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

interface CheckOptions extends JsonOption {
  readonly here: boolean;
}

export function declareCheck({ declare, terminal }: Declaring): void {
  const check = declare<CheckOptions>(
    "check",
    "judge the configuration, its includes and its key file",
    async ({ options: { json = false, here = false }, common }) =>
      (await import("../config/check.ts")).check({ ...common, json, here }, terminal),
    "Prints every problem at once as FILE:LINE:COL: message (hint). Needs no daemon and no root.",
  );
  jsonOption(
    check.option("--here", "also what only this machine knows: role, devices, programs, kernel"),
  );
}
