/** Direct routing: the VIP on the loopback device, and a kernel that keeps quiet about it. */
import { family } from "../../model/address.ts";
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

/** ip-sysctl.rst: the larger of `all` and the device's own value counts. */
export const arpSettings = [
  ["net.ipv4.conf.all.arp_ignore", 1],
  ["net.ipv4.conf.all.arp_announce", 2],
] as const;

const has4 = ({ vips }: Preparation): boolean => ofFamily(vips, 4).length > 0;

/** Before the VIP is there: else a question in between would be answered. */
export const quietArp = (preparation: Preparation): readonly string[] =>
  has4(preparation)
    ? [
        "# Answer ARP only for addresses of the device that was asked, and ask with such a one.",
        ...arpSettings.map(([name, value]) => `at_least ${name} ${value}`),
      ]
    : [];

export const loudArp = (preparation: Preparation): readonly string[] =>
  has4(preparation) ? [...arpSettings].reverse().map(([name]) => `put_back ${name}`) : [];

/** A file of sysctl.d(5) for what `quietArp` sets. */
export const arpSnippets = (preparation: Preparation): readonly Snippet[] =>
  has4(preparation)
    ? [
        {
          path: "/etc/sysctl.d/90-lvsd-realserver.conf",
          text: arpSettings.map(([name, value]) => `${name} = ${value}`).join("\n"),
        },
      ]
    : [];

const networkd = (preparation: Preparation): readonly Snippet[] => [
  ...arpSnippets(preparation),
  { path: "/etc/systemd/network/10-lvsd-realserver.network", text: "[Match]\nName=lo" },
  {
    // One .network file alone counts for a device; drop-ins of several virtual servers add up.
    path: `/etc/systemd/network/10-lvsd-realserver.network.d/${preparation.name}.conf`,
    text: preparation.vips
      .map((vip) =>
        [
          "[Address]",
          `Address=${hostOf(vip)}`,
          ...(family(vip) === 6 ? ["PreferredLifetime=0"] : []),
        ].join("\n"),
      )
      .join("\n"),
  },
];

const ifupdown = (preparation: Preparation): readonly Snippet[] => [
  ...arpSnippets(preparation),
  {
    path: `/etc/network/interfaces.d/lvsd-${preparation.name}`,
    text: preparation.vips.map(loopbackStanza(has4(preparation))).join("\n"),
  },
];

/** interfaces(5): several stanzas of one interface add up. */
const loopbackStanza =
  (quiet: boolean) =>
  (vip: Preparation["vips"][number]): string =>
    family(vip) === 4
      ? [
          "iface lo inet static",
          `    address ${hostOf(vip)}`,
          ...(quiet
            ? arpSettings.map(([name, value]) => `    pre-up sysctl -q -w ${name}=${value}`)
            : []),
        ].join("\n")
      : [
          "iface lo inet6 static",
          `    address ${hostOf(vip)}`,
          "    dad-attempts 0",
          "    preferred-lifetime 0",
        ].join("\n");

export const sysctl: Method = {
  name: "sysctl",
  fits: "direct",
  explains: [
    "The VIP is an address of the loopback device, so that packets for it are taken.",
    "arp_ignore and arp_announce keep this machine from answering for it: clients' packets must",
    "reach the active router. IPv6 needs no setting: the kernel answers for addresses of the asked",
    "device alone.",
  ],
  programs: { ip: "iproute2", sysctl: "procps" },
  apply: (preparation) => [
    ...(has4(preparation) ? [...sysctlFunctions, ""] : []),
    ...addressFunctions,
    "",
    ...quietArp(preparation),
    "# The VIP, as an address of this machine alone.",
    ...addVips(preparation.vips, "lo"),
  ],
  undo: (preparation) => [
    ...(has4(preparation) ? [...sysctlUndoFunctions, ""] : []),
    ...addressUndoFunctions,
    "",
    ...removeVips(preparation.vips, "lo"),
    ...loudArp(preparation),
  ],
  networkd,
  ifupdown,
};
