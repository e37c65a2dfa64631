/** `lvsd apply`, `sync` and `config`, as they are typed: one configuration on both routers. */
import { Argument, InvalidArgumentError } from "commander";
import {
  type Declaring,
  type GuardOption,
  guardOption,
  type JsonOption,
  jsonOption,
} from "../command.ts";

export function declareSaving(declaring: Declaring): void {
  declareApply(declaring);
  declareConfig(declaring);
}

function declareApply({ declare, terminal }: Declaring): void {
  const apply = declare<JsonOption & GuardOption>(
    "apply",
    "store a configuration on both routers or on none, and load it",
    async ({ options: { json = false, yes = false }, common, words: [file] }) =>
      (await import("../config/save.ts")).apply(
        { ...common, json, yes, file: String(file) },
        terminal,
      ),
    "Its serial is raised; nothing else in the text changes. The one that it replaces is kept.\n" +
      "With cluster_sync: false, or while the peer is dead, it is stored here; the peer catches up.",
  );
  jsonOption(guardOption(apply.argument("<file>", "the new configuration")));
  const sync = declare<JsonOption & GuardOption>(
    "sync",
    "give the peer the configuration that is loaded here, whatever it has",
    async ({ options: { json = false, yes = false }, common }) =>
      (await import("../config/save.ts")).sync({ ...common, json, yes }, terminal),
    "The way out where a file was edited by hand on one router. The peer judges it first.",
  );
  jsonOption(guardOption(sync));
}

function declareConfig({ declare, terminal }: Declaring): void {
  const config = declare<JsonOption & GuardOption>(
    "config",
    "list, compare or bring back the last ten configurations that were replaced",
    async ({ options: { json = false, yes = false }, common, words: [action, given] }) => {
      const back = typeof given === "number" ? given : 1;
      if (action === "rollback")
        return (await import("../config/save.ts")).rollback(
          { ...common, json, yes, back },
          terminal,
        );
      const past = await import("../config/config-history.ts");
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
  jsonOption(guardOption(config));
}

function replacements(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Give a number from 1.");
  return Number(text);
}
