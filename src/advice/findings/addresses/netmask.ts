/** Whether the prefix length of a VIP is that of its network. */
import { bitsOf, family, printPrefix } from "../../../model/address.ts";
import { networksThatHold } from "../facts.ts";
import type { Finding } from "../finding.ts";

export const netmask: Finding = {
  name: "netmask",
  severity: "endangers",
  asks: "addresses of each VIP's device",
  says: "A VIP's prefix length is not that of its device's network.",
  explains:
    "A shorter one makes the active router look for other networks' machines on this device; a longer one makes it look for neighbours through the gateway. /32 and /128 are always right.",
  examine: ({ config, devices }) =>
    config.vips.flatMap(({ prefix, device }) => {
      if (prefix.length === bitsOf(family(prefix.address))) return [];
      const at = devices.find(({ name }) => name === device);
      const networks =
        at === undefined
          ? []
          : networksThatHold(at, prefix.address).filter(
              ({ address }) => address !== prefix.address,
            );
      const [network] = networks;
      if (network === undefined || networks.some(({ length }) => length === prefix.length))
        return [];
      return [
        {
          seen: `${printPrefix(prefix)} on ${device}, whose network is /${network.length}`,
          remedy: `address: ${prefix.address}/${network.length}`,
        },
      ];
    }),
};
