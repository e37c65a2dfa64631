/** Whether the kernel can balance at all. */
import { lackingOfIpvs } from "../../../config/forwarding/ipvs-needs.ts";
import type { Finding } from "../finding.ts";

export const ipvs: Finding = {
  name: "ipvs",
  severity: "prevents",
  asks: "/proc/net/ip_vs, modprobe, the kernel's release",
  says: "The kernel lacks IPVS or a part of it that the configuration uses.",
  explains:
    "Without the module no virtual service can be made. Without that of a scheduler or of a persistence engine the virtual servers that use it cannot, and an old kernel knows no tunnels of type gue or gre.",
  examine: ({ config, ipvs: found, ipvsHere }) => {
    if (config.virtualServers.length === 0) return [];
    const remedy = "apt-get install linux-image-amd64";
    if (found === "missing")
      return [{ seen: "no /proc/net/ip_vs and no module ip_vs", remedy: `${remedy} && reboot` }];
    return lackingOfIpvs(config, ipvsHere)
      .filter(({ of }) => of === "kernel")
      .map(({ message, hint }) => ({ seen: `${message}: ${hint}`, remedy: `${remedy} && reboot` }));
  },
};
