/** Tunnelling: the real server unpacks what the router packed, and answers the client itself. */
import { family, type IpAddress } from "../../model/address.ts";
import type { Method, Snippet } from "./method.ts";
import type { Preparation } from "./preparation.ts";
import {
  addressFunctions,
  addressUndoFunctions,
  addVips,
  hostOf,
  ofFamily,
  removeVips,
  sysctlFunctions,
  sysctlUndoFunctions,
} from "./shell.ts";
import { arpSnippets, loudArp, quietArp } from "./sysctl.ts";

/** The devices that take packets of every sender, by the family of VIP and real server. */
const kinds = {
  4: { device: "tunl0", kernelModule: "ipip" },
  6: { device: "ip6tnl0", kernelModule: "ip6_tunnel" },
} as const;

const deviceOf = (vip: IpAddress): string => kinds[family(vip)].device;

const families = ({ vips }: Preparation): readonly (4 | 6)[] =>
  ([4, 6] as const).filter((one) => ofFamily(vips, one).length > 0);

const functions: readonly string[] = [
  "# tunnel DEVICE MODULE: the device that the module brings, up.",
  "tunnel() {",
  '  [ -e "/sys/class/net/$1" ] || modprobe "$2" ||',
  '    fail "this kernel has no module $2, which unpacks the tunnel"',
  '  [ -e "/sys/class/net/$1" ] || fail "the module $2 brought no device $1"',
  '  claim "device.$1" "$(cat "/sys/class/net/$1/flags")"',
  '  ip link set "$1" up',
  "}",
];

const undoFunctions: readonly string[] = [
  "# close_tunnel DEVICE: down, unless it was up before (bit 1 of the flags).",
  "close_tunnel() {",
  '  if let_go "device.$1" && [ "$((found & 1))" = 0 ]; then ip link set "$1" down; fi',
  "}",
];

/** The larger of `all` and the device's value counts, and 2 is loose: so a strict `all` may stay. */
const looseFilter = "net.ipv4.conf.tunl0.rp_filter";

const networkd = (preparation: Preparation): readonly Snippet[] => [
  ...arpSnippets(preparation),
  ...families(preparation).flatMap((one): readonly Snippet[] => {
    const { device, kernelModule } = kinds[one];
    return [
      { path: `/etc/modules-load.d/lvsd-${device}.conf`, text: kernelModule },
      { path: `/etc/systemd/network/10-lvsd-${device}.network`, text: `[Match]\nName=${device}` },
      {
        path: `/etc/systemd/network/10-lvsd-${device}.network.d/${preparation.name}.conf`,
        text: [
          ...(one === 4 ? ["[Network]", "IPv4ReversePathFilter=loose"] : []),
          ...ofFamily(preparation.vips, one).flatMap((vip) => [
            "[Address]",
            `Address=${hostOf(vip)}`,
            ...(one === 6 ? ["PreferredLifetime=0"] : []),
          ]),
        ].join("\n"),
      },
    ];
  }),
];

const ifupdown = (preparation: Preparation): readonly Snippet[] => [
  ...arpSnippets(preparation),
  {
    path: `/etc/network/interfaces.d/lvsd-${preparation.name}`,
    text: preparation.vips
      .map((vip) => {
        const { device, kernelModule } = kinds[family(vip)];
        return [
          `auto ${device}`,
          `iface ${device} ${family(vip) === 4 ? "inet" : "inet6"} static`,
          `    pre-up modprobe ${kernelModule}`,
          ...(family(vip) === 4
            ? [`    pre-up sysctl -q -w ${looseFilter}=2`]
            : ["    dad-attempts 0"]),
          `    address ${hostOf(vip)}`,
        ].join("\n");
      })
      .join("\n"),
  },
];

export const tunnel: Method = {
  name: "tunnel",
  fits: "tunnel",
  explains: [
    "The router packs each packet into another one for this machine. The tunnel device unpacks it,",
    "and the VIP is an address of that device. Packets of clients come out of the tunnel although the",
    "way back does not lead there: rp_filter is loose on it. arp_ignore and arp_announce keep this",
    "machine from answering for the VIP where it shares a network with the routers.",
    "A packed packet is 20 bytes longer (40 with IPv6): the way from the routers must carry that, or",
    "clients must send smaller segments (`ip route ... advmss` on this machine's default route).",
  ],
  programs: { ip: "iproute2", sysctl: "procps", modprobe: "kmod" },
  apply: (preparation) => [
    ...sysctlFunctions,
    "",
    ...addressFunctions,
    "",
    ...functions,
    "",
    ...families(preparation).map((one) => `tunnel ${kinds[one].device} ${kinds[one].kernelModule}`),
    ...quietArp(preparation),
    ...(families(preparation).includes(4)
      ? [
          "# Loose: the way back to a client does not lead into the tunnel.",
          `at_least ${looseFilter} 2`,
        ]
      : []),
    ...preparation.vips.flatMap((vip) => addVips([vip], deviceOf(vip))),
  ],
  undo: (preparation) => [
    ...sysctlUndoFunctions,
    "",
    ...addressUndoFunctions,
    "",
    ...undoFunctions,
    "",
    ...preparation.vips.flatMap((vip) => removeVips([vip], deviceOf(vip))),
    ...(families(preparation).includes(4) ? [`put_back ${looseFilter}`] : []),
    ...loudArp(preparation),
    ...families(preparation).map((one) => `close_tunnel ${kinds[one].device}`),
  ],
  networkd,
  ifupdown,
};
