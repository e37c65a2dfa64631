/** Whether descriptors and ports suffice for the checks. */
import type { Finding } from "../finding.ts";

/** `500-600,8080` (ip-sysctl, ip_local_reserved_ports). */
const isIn = (list: string, port: number): boolean =>
  list.split(",").some((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return port >= first && port <= last;
  });

export const limits: Finding = {
  name: "limits",
  severity: "endangers",
  asks: "the daemon's limit of descriptors, net.ipv4.ip_local_port_range",
  says: "Checks may run out of descriptors or of local ports.",
  explains:
    "Each check under way needs a descriptor, and each TCP check of the last minute a local port. A check that finds none says nothing about its real server. A listening port within the range of local ports may be taken by any outgoing connection.",
  examine: ({ config, daemon, sysctl }) => {
    const needed = config.checks.concurrency + 256;
    const found = daemon?.descriptors ?? null;
    const [first = 0, last = 0] = (sysctl("net/ipv4/ip_local_port_range") ?? "")
      .split(/\s+/)
      .map(Number);
    const ports = last - first + 1;
    const reserved = sysctl("net/ipv4/ip_local_reserved_ports") ?? "";
    const { port } = config.heartbeat;
    return [
      ...(found !== null && found < needed
        ? [
            {
              seen: `the daemon may open ${found} files, and checks.concurrency wants ${needed}`,
              remedy: `systemctl edit lvsd, with [Service] LimitNOFILE=${needed}`,
            },
          ]
        : []),
      ...(last > 0 && ports < 4096
        ? [
            {
              seen: `there are ${ports} local ports`,
              remedy: 'sysctl -w net.ipv4.ip_local_port_range="32768 60999"',
            },
          ]
        : []),
      ...(port >= first && port <= last && !isIn(reserved, port)
        ? [
            {
              seen: `heartbeat.port ${port} lies among the local ports ${first} to ${last}`,
              remedy: `sysctl -w net.ipv4.ip_local_reserved_ports=${port}`,
            },
          ]
        : []),
    ];
  },
};
