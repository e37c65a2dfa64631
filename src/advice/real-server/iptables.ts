/** Direct routing without the VIP on the machine: packets for it are redirected to it. */
import { family } from "../../model/address.ts";
import type { Method } from "./method.ts";
import type { Preparation, ServedPorts } from "./preparation.ts";

/** What a rule of iptables matches for one VIP, in the words of iptables-extensions(8). */
const matches = ({ vips, ports }: Preparation): readonly string[] =>
  vips.flatMap((vip) => {
    const program = family(vip) === 4 ? "iptables" : "ip6tables";
    if (ports.length === 0) return [`${program} -d ${vip}`];
    return ports.map(
      (served) => `${program} -d ${vip} -p ${served.protocol} --dport ${range(served)}`,
    );
  });

const range = ({ first, last }: ServedPorts): string =>
  first === last ? `${first}` : `${first}:${last}`;

export const iptables: Method = {
  name: "iptables",
  fits: "direct",
  explains: [
    "This machine does not have the VIP, so nothing answers ARP for it. Packets for it, which the",
    "router sends here, are redirected to this machine's own address; replies get the VIP back.",
    "Programs must listen on the own address or on any.",
  ],
  programs: { ip: "iproute2", iptables: "iptables", ip6tables: "iptables" },
  apply: (preparation) => [
    "# redirect PROGRAM MATCH...: one rule, once.",
    "redirect() {",
    "  program=$1; shift",
    '  "$program" -w -t nat -C PREROUTING "$@" -j REDIRECT 2>/dev/null ||',
    '    "$program" -w -t nat -A PREROUTING "$@" -j REDIRECT',
    "}",
    "",
    ...matches(preparation).map((match) => `redirect ${match}`),
  ],
  undo: (preparation) => [
    "# direct PROGRAM MATCH...: without the rule.",
    "direct() {",
    "  program=$1; shift",
    '  while "$program" -w -t nat -D PREROUTING "$@" -j REDIRECT 2>/dev/null; do :; done',
    "}",
    "",
    ...matches(preparation).map((match) => `direct ${match}`),
  ],
  networkd: null,
  ifupdown: null,
};
