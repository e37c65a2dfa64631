/** Whether the reverse-path filter drops packets of clients. */
import { family } from "../../../model/address.ts";
import type { Finding } from "../finding.ts";

export const rpFilter: Finding = {
  name: "rp-filter",
  severity: "prevents",
  asks: "net.ipv4.conf.*.rp_filter, the default routes",
  says: "A strict reverse-path filter drops clients' packets on the device of a VIP.",
  explains:
    "With rp_filter 1 a packet is dropped unless the way back to its sender leads through the device that it came by. Where the default route leads elsewhere than a VIP's device, every client from outside its network is lost, and nothing is logged. The larger value of `all` and the device counts; 2 is loose.",
  examine: ({ config, sysctl, defaultDevices }) => {
    const value = (device: string): number =>
      Number(sysctl(`net/ipv4/conf/${device}/rp_filter`) ?? 0);
    const ways = defaultDevices[4];
    if (ways.length === 0) return [];
    const devices = new Set(
      config.vips.flatMap(({ kind, prefix, device }) =>
        kind === "vip" && device !== null && family(prefix.address) === 4 ? [device] : [],
      ),
    );
    return [...devices]
      .filter((device) => !ways.includes(device) && Math.max(value("all"), value(device)) === 1)
      .map((device) => ({
        seen: `rp_filter is strict on ${device}, and the default route leads through ${ways.join(", ")}`,
        remedy: `sysctl -w net.ipv4.conf.${device.replaceAll(".", "/")}.rp_filter=2`,
      }));
  },
};
