/** Whether the operating system claims a VIP at boot. */
import type { Finding } from "../finding.ts";

/** A line that is no comment and has the address as a word of its own, for an address to be set. */
function sets(line: string, address: string): boolean {
  const text = line.trim();
  if (/^[#;]/.test(text) || /gateway|dns|route|nameserver|\bvia\b/i.test(text)) return false;
  return text
    .toLowerCase()
    .split(/[\s,="'[\]()]+/)
    .some((word) => word === address || word.startsWith(`${address}/`));
}

export const bootAddress: Finding = {
  name: "boot-address",
  severity: "prevents",
  asks: "files of networkd, ifupdown, NetworkManager, netplan and ifcfg",
  says: "The operating system's own network configuration sets a VIP at boot.",
  explains:
    "After a reboot two machines hold the address: the active router, and this one because its network configuration says so. A floating address belongs in lvsd.yaml only.",
  examine: ({ config, networkFiles }) =>
    config.vips.flatMap(({ prefix }) =>
      networkFiles.flatMap(({ path, text }) => {
        const at = text.split("\n").findIndex((line) => sets(line, prefix.address));
        if (at === -1) return [];
        return [
          {
            seen: `${path}:${at + 1} sets ${prefix.address}`,
            remedy: `sed -i '${at + 1}d' ${path}`,
          },
        ];
      }),
    ),
};
