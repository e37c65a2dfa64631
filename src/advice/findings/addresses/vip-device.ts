/** Whether the device of a VIP can carry packets. */
import type { Finding } from "../finding.ts";

export const vipDevice: Finding = {
  name: "vip-device",
  severity: "prevents",
  asks: "state of each VIP's device",
  says: "The device of a VIP is missing, down or without a carrier.",
  explains:
    "This router cannot serve there. A monitored device (failover.monitor_links) makes it unfit.",
  examine: ({ config, devices }) => {
    const names = new Set(config.vips.flatMap(({ device }) => (device === null ? [] : [device])));
    return [...names].flatMap((name) => {
      const found = devices.find((one) => one.name === name);
      if (found === undefined) return [{ seen: `there is no ${name}`, remedy: "ip -br link" }];
      if (!found.up) return [{ seen: `${name} is down`, remedy: `ip link set ${name} up` }];
      if (found.carrier) return [];
      return [{ seen: `${name} has no carrier`, remedy: `ethtool ${name}; look at its cable` }];
    });
  },
};
