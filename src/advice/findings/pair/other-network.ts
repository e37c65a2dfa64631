/** Whether a device is in the same network on both routers. */
import type { Finding } from "../finding.ts";

export const otherNetwork: Finding = {
  name: "other-network",
  severity: "prevents",
  asks: "connected networks of each VIP's device, here and on the peer",
  says: "The device of a VIP is missing on the peer, or in another network there.",
  explains:
    "The configuration is the same on both routers, so a device must mean the same network on both. Else a VIP is claimed after a failover where no client looks for it.",
  examine: ({ config, here, peer }) => {
    if (peer === null) return [];
    const devices = new Set(config.vips.flatMap(({ device }) => (device === null ? [] : [device])));
    return [...devices].flatMap((device) => {
      const own = here.networks[device] ?? [];
      const there = peer.has.networks[device];
      if (there === undefined)
        return [{ seen: `the peer has no device ${device}`, remedy: "ip -br addr, on the peer" }];
      if (own.length === 0 || own.some((network) => there.includes(network))) return [];
      return [
        {
          seen: `${device} is in ${own.join(", ")} here and in ${there.join(", ") || "no network"} on the peer`,
          remedy: "device: left out of the configuration, each router finds its own by the network",
        },
      ];
    });
  },
};
