/** `lvsd status` and `lvsd events`, as they are typed: what runs, and what happened. */
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

interface StatusOptions extends JsonOption {
  readonly watch: boolean;
}

interface EventsOptions extends JsonOption {
  readonly follow: boolean;
}

export function declareReports({ declare, terminal }: Declaring): void {
  const status = declare<StatusOptions>(
    "status",
    "show role, state, peer, addresses, virtual and real servers",
    async ({ options: { json = false, watch = false }, common }) =>
      (await import("../status.ts")).status({ ...common, json, watch }, terminal),
  );
  jsonOption(status.option("--watch", "look again each second until ^C"));
  const events = declare<EventsOptions>(
    "events",
    "show what happened and why, newest last",
    async ({ options: { json = false, follow = false }, common }) =>
      (await import("../events.ts")).events({ ...common, json, follow }, terminal),
    "The daemon remembers the last 1000 events since its start; journalctl -u lvsd has them all.",
  );
  jsonOption(
    events.option(
      "-f, --follow",
      "go on with what happens, until ^C; waits for a daemon that restarts",
    ),
  );
}
