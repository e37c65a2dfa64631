/** Whether a signature shows that it is the peer who speaks. */
import type { Finding } from "../finding.ts";

export const unauthenticated: Finding = {
  name: "unauthenticated",
  severity: "endangers",
  asks: "heartbeat.authentication, heartbeat.protocol",
  says: "Heartbeats are not signed.",
  explains:
    "Any machine that can send a datagram with the peer's address can make this router take the VIPs although the peer holds them, release them, or believe that a dead peer is alive. pulse, Piranha's protocol, has no signature at all.",
  examine: ({ config }) => {
    const { heartbeat, routers } = config;
    if (routers.backup === null) return [];
    const { protocol, authentication } = heartbeat;
    const auto = "heartbeat.protocol: auto on both routers, once neither runs Piranha";
    if (protocol === "pulse")
      return [{ seen: "heartbeat.protocol is pulse, Piranha's: nothing is signed", remedy: auto }];
    const evidence = [];
    if (authentication === "none")
      evidence.push({
        seen: "heartbeat.authentication is none",
        remedy: "lvsd keygen -o /etc/lvsd/heartbeat.key, and authentication: hmac",
      });
    if (protocol === "auto")
      evidence.push({
        seen: "heartbeat.protocol is auto: a peer that is not heard in lvsd's own is believed in pulse",
        remedy: "heartbeat.protocol: lvsd on both routers, once both run lvsd",
      });
    return evidence;
  },
};
