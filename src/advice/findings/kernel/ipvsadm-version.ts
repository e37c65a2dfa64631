/** Whether ipvsadm knows the options that the configuration needs. */
import { lackingOfIpvs } from "../../../config/forwarding/ipvs-needs.ts";
import type { Finding } from "../finding.ts";

export const ipvsadmVersion: Finding = {
  name: "ipvsadm-version",
  severity: "prevents",
  asks: "ipvsadm --version",
  says: "ipvsadm is missing, or older than what the configuration uses.",
  explains:
    "The table is programmed through ipvsadm. An option that it does not know is refused, and its virtual server with it.",
  examine: ({ config, hasIpvsadm, ipvsHere }) => {
    if (config.virtualServers.length === 0) return [];
    const remedy = "apt-get install ipvsadm";
    if (!hasIpvsadm) return [{ seen: "ipvsadm is not installed", remedy }];
    return lackingOfIpvs(config, ipvsHere)
      .filter(({ of }) => of === "ipvsadm")
      .map(({ message, hint }) => ({ seen: `${message}: ${hint}`, remedy }));
  },
};
