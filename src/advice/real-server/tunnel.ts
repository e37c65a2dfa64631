/** Tunnelling: the real server unpacks what the router packed, and answers the client itself. */
import { type Family, family } from "../../model/address.ts";
import type { Method, Snippet } from "./method.ts";
import { ownOf, type Packed, type Preparation } from "./preparation.ts";
import {
  addressFunctions,
  addressUndoFunctions,
  addVips,
  hostOf,
  ownAddress,
  removeVips,
  sysctlFunctions,
  sysctlUndoFunctions,
} from "./shell.ts";
import { arpSnippets, loudArp, quietArp } from "./sysctl.ts";

interface Device {
  readonly device: string;
  readonly kernelModule: string;
  /** The command that makes it, for real servers of this family; null: the module brings it. */
  readonly made: { readonly by: string; readonly outer: Family } | null;
}

/** The devices that take packets of every sender, by what lies in what (ip-tunnel(8)). */
function deviceOf({ type, inner, outer, checksum }: Packed): Device {
  const brought = (device: string, kernelModule: string): Device => ({
    device,
    kernelModule,
    made: null,
  });
  if (type !== "gre") {
    if (outer === 6) return brought("ip6tnl0", "ip6_tunnel");
    return inner === 4 ? brought("tunl0", "ipip") : brought("sit0", "sit");
  }
  const kernelModule = outer === 4 ? "ip_gre" : "ip6_gre";
  if (!checksum) return brought(outer === 4 ? "gre0" : "ip6gre0", kernelModule);
  const [device, mode] = outer === 4 ? ["lvsd-gre", "gre"] : ["lvsd-gre6", "ip6gre"];
  const by = `ip -${outer} tunnel add ${device} mode ${mode} local OWN icsum`;
  return { device, kernelModule, made: { by, outer } };
}

const uniqueBy = <Item>(items: readonly Item[], key: (item: Item) => string): readonly Item[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

const devicesOf = ({ packed }: Preparation): readonly Device[] =>
  uniqueBy(packed.map(deviceOf), ({ device }) => device);

/** Devices out of which packets of this family come. */
const devicesFor = ({ packed }: Preparation, wanted: Family): readonly Device[] =>
  uniqueBy(packed.filter(({ inner }) => inner === wanted).map(deviceOf), ({ device }) => device);

/** Ports at which UDP is unpacked first, with the family of the UDP. */
const guePorts = ({ packed }: Preparation): readonly { port: number; outer: Family }[] =>
  uniqueBy(
    packed.flatMap(({ port, outer }) => (port === null ? [] : [{ port, outer }])),
    ({ port, outer }) => `${outer} ${port}`,
  );

/** Packets of IPv4 in such of IPv6: the device that unpacks them takes no such ones by default. */
const isMixed = ({ packed }: Preparation): boolean =>
  packed.some(({ type, inner, outer }) => type !== "gre" && inner === 4 && outer === 6);

/** A VIP with the first device that unpacks its family, if there is one. */
const placedVips = (preparation: Preparation) =>
  preparation.vips.flatMap((vip) => {
    const [first] = devicesFor(preparation, family(vip));
    return first === undefined ? [] : [{ vip, ...first }];
  });

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

/** The device that expects checksums, of the address by which the routers know this machine. */
const makeDevice = (preparation: Preparation, { device, kernelModule, made }: Device) =>
  made === null
    ? [`tunnel ${device} ${kernelModule}`]
    : [
        ...ownAddress(preparation, made.outer),
        `modprobe ${kernelModule} || fail "this kernel has no module ${kernelModule}, which unpacks the tunnel"`,
        "# The device of the module refuses packets with a checksum.",
        `[ -e /sys/class/net/${device} ] || ${made.by.replace("OWN", '"$own"')}`,
        `claim made.${device} absent`,
        `ip link set ${device} up`,
      ];

const unmakeDevice = ({ device, made }: Device): string =>
  made === null
    ? `close_tunnel ${device}`
    : `if let_go made.${device}; then ip link del ${device}; fi`;

const undoFunctions: readonly string[] = [
  "# close_tunnel DEVICE: down, unless it was up before (bit 1 of the flags).",
  "close_tunnel() {",
  '  if let_go "device.$1" && [ "$((found & 1))" = 0 ]; then ip link set "$1" down; fi',
  "}",
];

/** The larger of `all` and the device's value counts, and 2 is loose: so a strict `all` may stay. */
const looseFilters = (preparation: Preparation): readonly string[] =>
  devicesFor(preparation, 4).map(({ device }) => `net.ipv4.conf.${device}.rp_filter`);

const mixedMode = (mode: "any" | "ip6ip6"): string => `ip -6 tunnel change ip6tnl0 mode ${mode}`;

/** What unpacks UDP, before the devices unpack what was in it. */
const gueFunctions: readonly string[] = [
  "# gue PORT [-6]: UDP to this port is unpacked.",
  "gue() {",
  "  modprobe fou || fail 'this kernel has no module fou, which unpacks UDP'",
  "  # A port of IPv6 is listed with -6 at its end.",
  '  listed=$(ip fou show | grep -w "port $1" | grep -c -e "$(printf \'%s\' "$*" | cut -d \' \' -s -f 2)" || :)',
  '  claim "gue.$*" "$listed"',
  '  [ "$listed" != 0 ] || ip fou add port "$@" gue',
  "}",
];

const gueUndoFunctions: readonly string[] = [
  "# no_gue PORT [-6]",
  "no_gue() {",
  '  if let_go "gue.$*" && [ "$found" = 0 ]; then ip fou del port "$@"; fi',
  "}",
];

const gueWords = ({ port, outer }: { port: number; outer: Family }): string =>
  `${port}${outer === 6 ? " -6" : ""}`;

/**
 * networkd makes no such port for UDP over IPv6 and no device that expects checksums, and changes
 * no device that a module brings.
 */
function networkd(preparation: Preparation): readonly Snippet[] | null {
  if (isMixed(preparation) || guePorts(preparation).some(({ outer }) => outer === 6)) return null;
  if (devicesOf(preparation).some(({ made }) => made !== null)) return null;
  return [
    ...arpSnippets(preparation),
    ...guePorts(preparation).map(({ port }) => ({
      path: `/etc/systemd/network/10-lvsd-gue-${port}.netdev`,
      text: [
        "[NetDev]",
        `Name=lvsd-gue-${port}`,
        "Kind=fou",
        "[FooOverUDP]",
        "Encapsulation=GenericUDPEncapsulation",
        `Port=${port}`,
      ].join("\n"),
    })),
    ...devicesOf(preparation).flatMap(({ device, kernelModule }): readonly Snippet[] => [
      { path: `/etc/modules-load.d/lvsd-${device}.conf`, text: kernelModule },
      { path: `/etc/systemd/network/10-lvsd-${device}.network`, text: `[Match]\nName=${device}` },
      {
        path: `/etc/systemd/network/10-lvsd-${device}.network.d/${preparation.name}.conf`,
        text: [
          ...(devicesFor(preparation, 4).some((one) => one.device === device)
            ? ["[Network]", "IPv4ReversePathFilter=loose"]
            : []),
          ...placedVips(preparation)
            .filter((placed) => placed.device === device)
            .flatMap(({ vip }) => [
              "[Address]",
              `Address=${hostOf(vip)}`,
              ...(family(vip) === 6 ? ["PreferredLifetime=0"] : []),
            ]),
        ].join("\n"),
      },
    ]),
  ];
}

const ifupdown = (preparation: Preparation): readonly Snippet[] => [
  ...arpSnippets(preparation),
  {
    path: `/etc/network/interfaces.d/lvsd-${preparation.name}`,
    text: placedVips(preparation)
      .map(({ vip, device }) =>
        [
          `auto ${device}`,
          `iface ${device} ${family(vip) === 4 ? "inet" : "inet6"} static`,
          ...beforeUp(preparation).map((command) => `    pre-up ${command}`),
          ...(family(vip) === 4 ? [] : ["    dad-attempts 0"]),
          `    address ${hostOf(vip)}`,
        ].join("\n"),
      )
      .join("\n"),
  },
];

/** What a stanza sets before its device goes up; each may be done several times. */
const beforeUp = (preparation: Preparation): readonly string[] => [
  ...devicesOf(preparation).flatMap(({ device, kernelModule, made }) => [
    `[ -e /sys/class/net/${device} ] || modprobe ${kernelModule}`,
    ...(made === null
      ? []
      : [
          `[ -e /sys/class/net/${device} ] || ${made.by.replace("OWN", ownOf(preparation, made.outer))}`,
        ]),
  ]),
  ...guePorts(preparation).flatMap((at) => [
    "ip fou show >/dev/null 2>&1 || modprobe fou",
    `ip fou add port ${at.port} gue${at.outer === 6 ? " -6" : ""} 2>/dev/null || :`,
  ]),
  ...(isMixed(preparation) ? [mixedMode("any")] : []),
  ...looseFilters(preparation).map((filter) => `sysctl -q -w ${filter}=2`),
];

export const tunnel: Method = {
  name: "tunnel",
  fits: "tunnel",
  explains: [
    "The router packs each packet into another one for this machine. The tunnel device unpacks it,",
    "and the VIP is an address of that device. Packets of clients come out of the tunnel although the",
    "way back does not lead there: rp_filter is loose on it. arp_ignore and arp_announce keep this",
    "machine from answering for the VIP where it shares a network with the routers.",
    "A packed packet is 20 bytes longer (40 with IPv6; gre adds 4 to 8, gue 12 to 16): the way from",
    "the routers must carry that, or clients must send smaller segments (`ip route ... advmss` on this",
    "machine's default route).",
  ],
  programs: { ip: "iproute2", sysctl: "procps", modprobe: "kmod" },
  apply: (preparation) => [
    ...sysctlFunctions,
    "",
    ...addressFunctions,
    "",
    ...functions,
    "",
    ...(guePorts(preparation).length > 0 ? [...gueFunctions, ""] : []),
    ...devicesOf(preparation).flatMap((one) => makeDevice(preparation, one)),
    ...guePorts(preparation).map((at) => `gue ${gueWords(at)}`),
    ...(isMixed(preparation)
      ? [
          "# Packets of IPv4 come in such of IPv6: the device takes its own family alone by default.",
          "claim mode.ip6tnl0 ip6ip6",
          mixedMode("any"),
        ]
      : []),
    ...quietArp(preparation),
    ...(looseFilters(preparation).length > 0
      ? [
          "# Loose: the way back to a client does not lead into the tunnel.",
          ...looseFilters(preparation).map((filter) => `at_least ${filter} 2`),
        ]
      : []),
    ...placedVips(preparation).flatMap(({ vip, device }) => addVips([vip], device)),
  ],
  undo: (preparation) => [
    ...sysctlUndoFunctions,
    "",
    ...addressUndoFunctions,
    "",
    ...undoFunctions,
    "",
    ...(guePorts(preparation).length > 0 ? [...gueUndoFunctions, ""] : []),
    ...placedVips(preparation).flatMap(({ vip, device }) => removeVips([vip], device)),
    ...looseFilters(preparation).map((filter) => `put_back ${filter}`),
    ...loudArp(preparation),
    ...(isMixed(preparation) ? [`if let_go mode.ip6tnl0; then ${mixedMode("ip6ip6")}; fi`] : []),
    ...guePorts(preparation).map((at) => `no_gue ${gueWords(at)}`),
    ...devicesOf(preparation).map(unmakeDevice),
  ],
  networkd,
  ifupdown,
};
