/** Whether the peer is heard, and on every path. */
import type { Finding } from "../finding.ts";

export const peerSilent: Finding = {
  name: "peer-silent",
  severity: "endangers",
  asks: "the daemon: the heartbeat's paths",
  says: "The peer is not heard, or not on every path.",
  explains:
    "Without the peer a failure of this router is an outage; with one path a cut of that path makes both routers active.",
  examine: ({ daemon, config }) => {
    const peer = daemon?.peer ?? null;
    if (peer === null) return [];
    if (!peer.alive)
      return [{ seen: "the peer is dead", remedy: "systemctl status lvsd, on the peer" }];
    return peer.paths
      .filter(({ alive }) => !alive)
      .map(({ name }) => ({
        seen: `nothing is heard on the path ${name}`,
        remedy: `tcpdump -ni any udp port ${config.heartbeat.port}`,
      }));
  },
};
