/** Whether the two clocks agree. */
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** How far apart two clocks may be where the peer answers at once, and where a file says it; ms. */
const apartMax = { asked: 2000, file: 600_000 } as const;

function apart({ here, peer }: Pick<Facts, "here" | "peer">): number {
  if (peer === null) return 0;
  const skew = Math.abs((peer.askedAt ?? here.clock) - peer.has.clock);
  return skew > apartMax[peer.askedAt === null ? "file" : "asked"] ? skew : 0;
}

export const clock: Finding = {
  name: "clock",
  severity: "endangers",
  asks: "adjtimex(2), the peer's clock",
  says: "The clock is not synchronised, or differs from the peer's.",
  explains:
    "Certificates are judged by the clock, and logs of both routers are compared after a failover. Failover itself uses a clock that is never set.",
  examine: ({ clockSynchronised, here, peer }) => {
    const skew = apart({ here, peer });
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
      // The peer's facts are as old as their file, where they come from one.
      ...(skew > 0
        ? [
            {
              seen: `the routers' clocks${peer?.askedAt === null ? ", or these facts," : ""} are ${Math.round(skew / 1000)} s apart`,
              remedy: "timedatectl, on both routers",
            },
          ]
        : []),
    ];
  },
};
