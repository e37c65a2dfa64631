/** Whether forwarding costs this machine its default route of IPv6. */
import { familiesOf } from "../../../config/config.ts";
import type { Finding } from "../finding.ts";

export const routerAdvertisements: Finding = {
  name: "router-advertisements",
  severity: "endangers",
  asks: "the default routes of IPv6, net.ipv6.conf.*.accept_ra",
  says: "The default route of IPv6 comes from advertisements that a forwarding kernel does not take.",
  explains:
    "Virtual servers of IPv6 need forwarding, and with it a kernel takes no router advertisements unless accept_ra is 2: the route vanishes when its time is over, and clients elsewhere get no answers.",
  examine: ({ config, sysctl, advertised }) =>
    config.virtualServers.some((server) => familiesOf(server).includes(6))
      ? advertised
          .filter((device) => sysctl(`net/ipv6/conf/${device}/accept_ra`) === "1")
          .map((device) => ({
            seen: `the default route through ${device} is advertised, and accept_ra is 1`,
            remedy: `sysctl -w net.ipv6.conf.${device.replaceAll(".", "/")}.accept_ra=2, or a route of its own in the network configuration`,
          }))
      : [],
};
