/** `lvsd plan` and `lvsd reload`, as they are typed: the file on disk and what runs. */
import {
  type Declaring,
  type GuardOption,
  guardOption,
  type JsonOption,
  jsonOption,
} from "../command.ts";

export function declareReloading({ declare, terminal }: Declaring): void {
  const plan = declare<JsonOption & GuardOption>(
    "plan",
    "show what a reload would change; change nothing",
    async ({ options: { json = false, yes = false }, common }) =>
      (await import("../config/plan.ts")).plan({ ...common, json, yes }, terminal),
    "Compares the daemon's file with what runs: addresses, the IPVS table, settings.\n" +
      "Exit status 0 also when there are changes; 1 where only reload --yes would make them.",
  );
  jsonOption(plan.option("-y, --yes", "show what reload --yes would change"));
  const reload = declare<JsonOption & GuardOption>(
    "reload",
    "have the daemon load its file again, and report what changed",
    async ({ options: { json = false, yes = false }, common }) =>
      (await import("../config/reload.ts")).reload({ ...common, json, yes }, terminal),
    "An invalid file changes nothing: every problem is printed, exit status 2.\n" +
      "Established connections and servers that did not change stay as they are.",
  );
  jsonOption(guardOption(reload));
}
