/** `lvsd takeover-from`, as it is typed. */
import { Argument } from "commander";
import type { Declaring } from "../command.ts";
import { defaultStateDir } from "../directories.ts";

interface TakeoverOptions {
  readonly instance: string;
  readonly stateDir: string;
  readonly alone: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly start: string;
  readonly stop: string;
}

export function declareTakeover({ declare, terminal, environment }: Declaring): void {
  const stateDirDefault = defaultStateDir(environment);
  declare<TakeoverOptions>(
    "takeover-from",
    "take the place of keepalived on a router that runs, without a lost connection",
    async ({ options, common, words: [, file] }) =>
      (await import("../takeover/takeover-from.ts")).takeoverFrom(
        {
          ...common,
          file: String(file),
          instance: options.instance ?? null,
          stateDir: options.stateDir ?? stateDirDefault,
          alone: options.alone ?? false,
          yes: options.yes ?? false,
          dryRun: options.dryRun ?? false,
          start: options.start ?? null,
          stop: options.stop ?? null,
        },
        terminal,
      ),
    "The standby first, then the router that holds the VIPs. Refuses, before anything is touched,\n" +
      "where lvsd's configuration lacks a VIP or a virtual service that is there. keepalived is\n" +
      "frozen meanwhile, and goes on as before where lvsd does not come to serve.",
  )
    .addArgument(new Argument("<program>", "whose place").choices(["keepalived"] as const))
    .argument("[file]", "its configuration", "/etc/keepalived/keepalived.conf")
    .option("--dry-run", "judge, and do nothing")
    .option("--alone", "there is no other router, or it is off")
    .option("--yes", "even where something of keepalived's would be lost")
    .option("--instance <id>", "keepalived's configuration id, for @ID lines (default: host name)")
    .option("--state-dir <directory>", "what outlives a run of the daemon", stateDirDefault)
    .option("--start <command>", "what starts lvsd (default: systemctl start lvsd)")
    .option("--stop <command>", "what stops it again (default: systemctl stop lvsd)");
}
