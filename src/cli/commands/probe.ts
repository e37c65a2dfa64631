/** `lvsd probe`, as it is typed. */
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

export function declareProbe({ declare, terminal }: Declaring): void {
  const probe = declare<JsonOption>(
    "probe",
    "run the checks of real servers once, now, and show what was said",
    async ({ options: { json = false }, common, words }) => {
      const [virtualServer = "", realServer = null] = words as readonly (string | undefined)[];
      const asked = { json, virtualServer, realServer };
      return (await import("../probe.ts")).probe({ ...common, ...asked }, terminal);
    },
    "From this router, whether or not it is active; what comes of it changes no state. Passwords\n" +
      "are hidden. Exit status 1 when a real server fails, 2 for a name that is not configured.",
  );
  jsonOption(
    probe
      .argument("<virtual-server>", "its name")
      .argument("[real-server]", "its name in that virtual server; all if left out"),
  );
}
