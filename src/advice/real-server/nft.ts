/** As iptables.ts, by a table of nftables of its own. */
import { family } from "../../model/address.ts";
import type { Method } from "./method.ts";
import type { Preparation } from "./preparation.ts";

/** Names of nft(8) know letters, digits, `/`, `\`, `_` and `.`; a dash becomes `_2d`. */
const tableOf = ({ name }: Preparation): string =>
  `lvsd_realserver_${name.replaceAll("_", "_5f").replaceAll("-", "_2d").replaceAll(".", "_2e")}`;

const rules = ({ vips, ports }: Preparation): readonly string[] =>
  vips.flatMap((vip) => {
    const to = `${family(vip) === 4 ? "ip" : "ip6"} daddr ${vip}`;
    if (ports.length === 0) return [`${to} redirect`];
    return ports.map(
      ({ protocol, first, last }) =>
        `${to} ${protocol} dport ${first === last ? first : `${first}-${last}`} redirect`,
    );
  });

/** An empty table of that name first, so that its removal never fails. */
const withoutTable = (table: string): readonly string[] => [
  `table inet ${table} {}`,
  `delete table inet ${table}`,
];

export const nft: Method = {
  name: "nft",
  fits: "direct",
  explains: [
    "This machine does not have the VIP, so nothing answers ARP for it. Packets for it, which the",
    "router sends here, are redirected to this machine's own address; replies get the VIP back.",
    "Programs must listen on the own address or on any. The table is this script's own.",
  ],
  programs: { ip: "iproute2", nft: "nftables" },
  apply: (preparation) => [
    "# In one step: the former table goes when this one comes.",
    "nft -f - <<'END'",
    ...withoutTable(tableOf(preparation)),
    `table inet ${tableOf(preparation)} {`,
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat; policy accept;",
    ...rules(preparation).map((rule) => `    ${rule}`),
    "  }",
    "}",
    "END",
  ],
  undo: (preparation) => ["nft -f - <<'END'", ...withoutTable(tableOf(preparation)), "END"],
  networkd: null,
  ifupdown: null,
};
