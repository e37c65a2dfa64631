/** Whether the operating system claims a VIP at boot. */
import { type IpAddress, parsePrefix } from "../../../model/address.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** The addresses that a line sets: words of their own on a line that is no comment. */
function setBy(line: string): readonly IpAddress[] {
  const text = line.trim();
  if (/^[#;]/.test(text) || /gateway|dns|route|nameserver|\bvia\b/i.test(text)) return [];
  return text.split(/[\s,="'[\]()]+/).flatMap((word) => {
    if (!/[.:]/.test(word)) return [];
    return parsePrefix(word)?.address ?? [];
  });
}

/** The device that the lines of a file are about from this one on. */
const deviceIn = (line: string): string | undefined =>
  /^\s*(?:iface\s+|Name\s*=\s*|DEVICE=)"?([\w.:-]+)/.exec(line)?.[1];

interface SetHere {
  readonly path: string;
  readonly line: number;
  /** On `lo`, with or without a label. */
  readonly loopback: boolean;
}

/** `device`: that of the lines above; a command names its own, and some files are called by it. */
function isOnLoopback(path: string, line: string, device: string | undefined): boolean {
  const named = /\bdev\s+(\S+)/.exec(line)?.[1] ?? device ?? /\/ifcfg-(.+)$/.exec(path)?.[1];
  return named?.split(":")[0] === "lo";
}

/** Where files set addresses, the first place in each file. */
function placesIn(files: Facts["networkFiles"]): ReadonlyMap<IpAddress, readonly SetHere[]> {
  const places = new Map<IpAddress, SetHere[]>();
  for (const { path, text } of files) {
    let device: string | undefined;
    for (const [at, line] of text.split("\n").entries()) {
      device = deviceIn(line) ?? device;
      for (const address of setBy(line)) {
        const known = places.get(address) ?? [];
        places.set(address, known);
        if (known.at(-1)?.path === path) continue;
        known.push({ path, line: at + 1, loopback: isOnLoopback(path, line, device) });
      }
    }
  }
  return places;
}

/** VIPs of direct routing, for which this router may be a real server with the VIP on `lo`. */
const heldOnLoopback = ({ config, devices }: Facts): ReadonlySet<IpAddress> => {
  const here = new Set(
    devices.flatMap(({ addresses }) => addresses.map(({ prefix }) => prefix.address)),
  );
  const own = config.virtualServers.filter(({ realServers }) =>
    realServers.some(({ address, forwarding }) => forwarding !== "nat" && here.has(address)),
  );
  return new Set(own.flatMap(({ address, mark }) => mark?.addresses ?? address ?? []));
};

export const bootAddress: Finding = {
  name: "boot-address",
  severity: "prevents",
  asks: "files of networkd, ifupdown, NetworkManager, netplan and ifcfg",
  says: "The operating system's own network configuration sets a VIP at boot.",
  explains:
    "After a reboot two machines hold the address: the active router, and this one because its network configuration says so. A floating address belongs in lvsd.yaml only.",
  examine: (facts) => {
    const places = placesIn(facts.networkFiles);
    const own = heldOnLoopback(facts);
    return facts.config.vips.flatMap(({ prefix: { address } }) =>
      (places.get(address) ?? [])
        .filter(({ loopback }) => !loopback || !own.has(address))
        .map(({ path, line }) => ({
          seen: `${path}:${line} sets ${address}`,
          remedy: `sed -i '${line}d' ${path}`,
        })),
    );
  },
};
