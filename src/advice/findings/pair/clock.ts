/** Whether the two clocks agree. */
import type { Finding } from "../finding.ts";

export const clock: Finding = {
  name: "clock",
  severity: "endangers",
  asks: "adjtimex(2), the peer's clock",
  says: "The clock is not kept by another one, or differs from the peer's.",
  explains:
    "Certificates are judged by the clock, and logs of a failover are read side by side. Failover itself goes by a clock that nobody sets.",
  examine: ({ clockSynchronised, here, peer }) => {
    const skew = peer === null ? 0 : Math.abs(here.clock - peer.clock);
    return [
      ...(clockSynchronised === false
        ? [
            {
              seen: "the kernel's clock is not synchronised",
              remedy: "apt-get install systemd-timesyncd && timedatectl set-ntp true",
              severity: "advises" as const,
            },
          ]
        : []),
      // The peer's facts are as old as their file.
      ...(skew > 600_000
        ? [
            {
              seen: `the routers' clocks, or these facts, are ${Math.round(skew / 1000)} s apart`,
              remedy: "timedatectl, on both routers",
            },
          ]
        : []),
    ];
  },
};
