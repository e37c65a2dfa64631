/** Settings of the kernel that lvsd must not set, and that are not as they should be. */
import { kernelSettings } from "../../../table/kernel-settings.ts";
import type { Finding } from "../finding.ts";

/** Tabs and blanks are one, as the kernel prints several numbers. */
const words = (value: string): string => value.trim().split(/\s+/).join(" ");

/** The finding `forwarding` says what depends on them. */
const ofForwarding = new Set(["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"]);

export const settings: Finding = {
  name: "settings",
  severity: "endangers",
  asks: "each setting that `sysctl: auto` would keep",
  says: "A kernel setting is not what the configuration needs, and sysctl: manual does not change it.",
  explains:
    "With `sysctl: auto` lvsd sets what its configuration needs and puts it back when it stops. With `manual` they are yours: redirects that lead clients around the router, addresses that vanish with the first of their network, connections that stay with a real server that is gone.",
  examine: ({ config, sysctl }) => {
    if (config.sysctl === "auto") return [];
    return kernelSettings(config).flatMap(({ name, value, isMinimum }) => {
      const found = sysctl(name);
      if (found === null || ofForwarding.has(name) || words(found) === words(value)) return [];
      if (isMinimum === true && Number(found) >= Number(value)) return [];
      const dotted = name.replaceAll("/", ".");
      return [
        {
          seen: `${dotted} is ${words(found)}, and ${words(value)} is needed`,
          remedy: `sysctl -w '${dotted}=${words(value)}'`,
        },
      ];
    });
  },
};
