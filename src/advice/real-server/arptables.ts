/** Direct routing where other addresses of the machine need the usual ARP: filter it by rules. */
import type { Method } from "./method.ts";
import type { Preparation } from "./preparation.ts";
import {
  addressFunctions,
  addressUndoFunctions,
  addVips,
  ofFamily,
  ownAddress,
  removeVips,
} from "./shell.ts";

const functions: readonly string[] = [
  "# quiet VIP: no answer for it, and no question in its name.",
  "quiet() {",
  "  # Rules of an earlier run go first: not every arptables can look for one.",
  '  while arptables -D INPUT -d "$1" -j DROP 2>/dev/null; do :; done',
  '  while arptables -D OUTPUT -s "$1" -j mangle --mangle-ip-s "$own" 2>/dev/null; do :; done',
  '  arptables -A INPUT -d "$1" -j DROP',
  '  arptables -A OUTPUT -s "$1" -j mangle --mangle-ip-s "$own"',
  '  claim "arptables.$1" "$own"',
  "}",
];

const undoFunctions: readonly string[] = [
  "# loud VIP: without the rules.",
  "loud() {",
  '  if let_go "arptables.$1"; then',
  '    while arptables -D INPUT -d "$1" -j DROP 2>/dev/null; do :; done',
  '    while arptables -D OUTPUT -s "$1" -j mangle --mangle-ip-s "$found" 2>/dev/null; do :; done',
  "  fi",
  "}",
];

const four = ({ vips }: Preparation) => ofFamily(vips, 4);

export const arptables: Method = {
  name: "arptables",
  fits: "direct",
  explains: [
    "The VIP is an address of the loopback device. Rules of arptables drop what is asked of it, and",
    "what this machine asks itself goes out in its own name. Other addresses answer as they did.",
    "IPv6 needs no rule: the kernel answers for addresses of the asked device alone.",
  ],
  programs: { ip: "iproute2", arptables: "arptables" },
  apply: (preparation) => [
    ...functions,
    "",
    ...addressFunctions,
    "",
    ...(four(preparation).length > 0 ? ownAddress(preparation, 4) : []),
    "# Before the VIP is there: else a question in between would be answered.",
    ...four(preparation).map((vip) => `quiet ${vip}`),
    ...addVips(preparation.vips, "lo"),
  ],
  undo: (preparation) => [
    ...undoFunctions,
    "",
    ...addressUndoFunctions,
    "",
    ...removeVips(preparation.vips, "lo"),
    ...four(preparation).map((vip) => `loud ${vip}`),
  ],
  networkd: null,
  ifupdown: null,
};
