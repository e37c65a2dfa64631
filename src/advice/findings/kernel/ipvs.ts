/** Whether the kernel can balance at all. */
import type { Finding } from "../finding.ts";

export const ipvs: Finding = {
  name: "ipvs",
  severity: "prevents",
  asks: "/proc/net/ip_vs, modprobe",
  says: "The kernel lacks IPVS or a scheduler that the configuration uses.",
  explains:
    "Without the module no virtual service can be made; without a scheduler's those that use it cannot.",
  examine: ({ config, ipvs: found, kernelModule }) => {
    if (config.virtualServers.length === 0) return [];
    if (found === "missing")
      return [
        {
          seen: "no /proc/net/ip_vs and no module ip_vs",
          remedy: "apt-get install linux-image-amd64",
        },
      ];
    const schedulers = new Set(config.virtualServers.map(({ scheduler }) => scheduler));
    return [...schedulers]
      .filter((scheduler) => kernelModule(`ip_vs_${scheduler}`) === false)
      .map((scheduler) => ({
        seen: `no module ip_vs_${scheduler}, which scheduler: ${scheduler} needs`,
        remedy: `apt-get install linux-image-amd64, or use another scheduler`,
      }));
  },
};
