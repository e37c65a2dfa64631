/** Whether ipvsadm knows the options that the configuration needs. */
import { ipvsadmNeeds, isOlder } from "../../../config/forwarding/ipvs-needs.ts";
import type { Finding } from "../finding.ts";

export const ipvsadmVersion: Finding = {
  name: "ipvsadm-version",
  severity: "prevents",
  asks: "ipvsadm --version",
  says: "ipvsadm is missing, or older than what the configuration uses.",
  explains:
    "The table is programmed through ipvsadm. An option that it does not know is refused, and its virtual server with it.",
  examine: ({ config, ipvsadm }) => {
    if (config.virtualServers.length === 0) return [];
    const remedy = "apt-get install ipvsadm";
    if (ipvsadm === null) return [{ seen: "ipvsadm is not installed", remedy }];
    const [, version] = /(\d+\.\d+)/.exec(ipvsadm) ?? [];
    if (version === undefined) return [];
    return ipvsadmNeeds(config)
      .filter(({ since }) => isOlder(version, since))
      .map(({ since, what }) => ({
        seen: `ipvsadm v${version} does not know ${what}; ${since} does`,
        remedy,
      }));
  },
};
