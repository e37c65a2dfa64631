/** docs/doctor.md, printed from the declarations of the findings (src/advice/findings/). */
import { findings } from "../src/advice/findings/findings.ts";

const meanings = {
  prevents: "prevents service",
  endangers: "endangers service",
  advises: "to know",
} as const;

export const doctorDoc = (): string =>
  `<!-- Written by \`make docs\` from src/advice/findings/. -->
# What lvsd doctor finds

` +
  `    lvsd doctor               # on a router, as root
    lvsd doctor --json        # for programs; on the other router also for --peer
    ssh OTHER-ROUTER lvsd doctor --json | lvsd doctor --peer -   # where no daemon runs

It changes nothing. Exit status 1: something would prevent service. It asks on the wire which machines
have a VIP and whether real servers accept connections; an accepted connection is reset at once. What
it cannot read, for example as an ordinary user, it does not report.

Where the daemon runs it asks the peer over the configuration channel what it has: programs and files
by their digests, networks of devices, clock, the configuration that is loaded. It waits 10 s at most,
takes bounded answers, and says why where the peer could not be asked. \`--peer\` gives the same from a
file; a clock can be compared only roughly then.

${findings
  .map(
    ({ name, severity, says, asks, explains }) =>
      `## ${name}\n\n${says} (${meanings[severity]})\n\nAsks: ${asks}.\n\n${explains}\n`,
  )
  .join("\n")}`;
