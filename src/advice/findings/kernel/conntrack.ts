/** Whether the connection-tracking table has room. */
import type { Finding } from "../finding.ts";

export const conntrack: Finding = {
  name: "conntrack-size",
  severity: "endangers",
  asks: "nf_conntrack_count, nf_conntrack_max",
  says: "The connection-tracking table is nearly full.",
  explains:
    "Once it is full the kernel drops new connections, those that IPVS balances included, and logs `nf_conntrack: table full`.",
  examine: ({ sysctl }) => {
    const count = Number(sysctl("net/netfilter/nf_conntrack_count") ?? Number.NaN);
    const max = Number(sysctl("net/netfilter/nf_conntrack_max") ?? Number.NaN);
    if (!(max > 0) || !(count > max * 0.75)) return [];
    return [
      {
        seen: `${count} of ${max} entries are in use`,
        remedy: `sysctl -w net.netfilter.nf_conntrack_max=${max * 4}`,
        severity: count >= max ? "prevents" : "endangers",
      },
    ];
  },
};
