/** Whether the kernel forwards what NAT needs forwarded. */
import { family } from "../../../model/address.ts";
import { forwardingsOf } from "../facts.ts";
import type { Finding } from "../finding.ts";

export const forwarding: Finding = {
  name: "forwarding",
  severity: "prevents",
  asks: "net.ipv4.ip_forward, net.ipv6.conf.all.forwarding",
  says: "The kernel does not forward packets, and real servers are reached by NAT.",
  explains:
    "Replies of real servers are not for this machine: without forwarding the kernel drops them. With `sysctl: auto` lvsd sets it while it runs.",
  examine: ({ config, sysctl, daemon }) => {
    if (!forwardingsOf(config).has("nat")) return [];
    // Before the daemon runs, what it will set is not missing.
    if (config.sysctl === "auto" && daemon === null) return [];
    const families = new Set(
      config.virtualServers.flatMap(({ realServers }) =>
        realServers.map(({ address }) => family(address)),
      ),
    );
    return [...families]
      .map((of) => (of === 4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"))
      .filter((name) => sysctl(name) === "0")
      .map((name) => ({
        seen: `${name.replaceAll("/", ".")} is 0`,
        remedy: `sysctl -w ${name.replaceAll("/", ".")}=1`,
      }));
  },
};
