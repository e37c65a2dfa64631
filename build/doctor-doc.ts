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
    ssh OTHER-ROUTER lvsd doctor --json | lvsd doctor --peer -

It changes nothing. Exit status 1: something would prevent service. It asks on the wire who has a VIP
and whether real servers take connections; a connection that was taken is reset at once. What it
cannot read, as an ordinary user for example, it does not report. \`--peer\` adds what the other router
has: programs, files, networks, clock.

${findings
  .map(
    ({ name, severity, says, asks, explains }) =>
      `## ${name}\n\n${says} (${meanings[severity]})\n\nAsks: ${asks}.\n\n${explains}\n`,
  )
  .join("\n")}`;
