/** `lvsd switchover` and `lvsd restart`, as they are typed: what one router asks of both. */
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

export function declarePair({ declare, terminal }: Declaring): void {
  const switchover = declare<JsonOption>(
    "switchover",
    "hand the active state to the peer, and wait until it has it",
    async ({ options: { json = false }, common }) =>
      (await import("../switchover.ts")).switchover({ ...common, json }, terminal),
    "Asked of the active router. Refused, with exit status 1, while the peer is dead or unfit.\n" +
      "Automatic failback is suspended until the new active router fails or is asked in turn.",
  );
  jsonOption(switchover);
  const restart = declare<JsonOption>(
    "restart",
    "restart the daemon while addresses, table and connections stay",
    async ({ options: { json = false }, common }) =>
      (await import("../restart.ts")).restart({ ...common, json }, terminal),
    "The peer waits; a daemon that does not come back loses its addresses, and the peer takes\n" +
      "over. Refused, with exit status 2, where the file on disk is invalid.",
  );
  jsonOption(restart);
}
