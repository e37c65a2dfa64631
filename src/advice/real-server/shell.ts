/**
 * The POSIX shell that all scripts share. What a script changes it remembers below
 * /run/lvsd-realserver, which a reboot empties together with the changes themselves; what several
 * virtual servers share goes with the last of them.
 */
import { kindOf } from "../../config/address-kinds.ts";
import { bitsOf, type Family, family, type IpAddress } from "../../model/address.ts";
import type { Preparation } from "./preparation.ts";

export const hostOf = (address: IpAddress): string => `${address}/${bitsOf(family(address))}`;

export const ofFamily = (addresses: readonly IpAddress[], wanted: Family): readonly IpAddress[] =>
  addresses.filter((address) => family(address) === wanted);

/** Words of a list, none of which needs a quote: addresses, names of the configuration, numbers. */
const words = (list: readonly string[]): string => list.join(" ");

/** Where the script keeps what it found, and whose it is. */
export const remembering = (name: string): readonly string[] => [
  "set -eu",
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  "state=/run/lvsd-realserver",
  `name=${name}`,
  "",
  "fail() {",
  `  printf 'lvsd realserver %s: %s\\n' "$name" "$1" >&2`,
  "  exit 1",
  "}",
  "",
  "# claim KEY FOUND: remembers what was there before, once, and who uses the change.",
  "claim() {",
  '  mkdir -p "$state/$1"',
  `  [ -e "$state/$1/found" ] || printf '%s\\n' "$2" >"$state/$1/found"`,
  '  : >"$state/$1/by.$name"',
  "}",
  "",
  "# let_go KEY: sets found; fails if nothing was claimed or another virtual server still needs it.",
  "let_go() {",
  '  [ -e "$state/$1/by.$name" ] || return 1',
  '  rm -f "$state/$1/by.$name"',
  '  for other in "$state/$1"/by.*; do [ ! -e "$other" ] || return 1; done',
  '  found=$(cat "$state/$1/found")',
  '  rm -rf "/run/lvsd-realserver/$1"',
  "}",
];

/** Without loopback's, which every machine has. */
const ownAddresses = (realServers: Preparation["realServers"]): readonly IpAddress[] =>
  realServers.map(({ address }) => address).filter((address) => kindOf(address) !== "loopback");

/** Refuses where a program is missing, and on the routers themselves. */
export const guards = (
  { routers, realServers }: Preparation,
  programs: Readonly<Record<string, string>>,
): readonly string[] => [
  '[ "$(id -u)" = 0 ] || fail "run it as root"',
  ...Object.entries(programs).map(
    ([program, debianPackage]) =>
      `command -v ${program} >/dev/null || fail "${program} is missing: apt-get install ${debianPackage}"`,
  ),
  "# On a router lvsd holds the VIP itself: there this script would make a second holder, unless",
  "# the router is itself one of the real servers.",
  "router=",
  `for candidate in ${words(routers)}; do`,
  '  [ -z "$(ip -o addr show to "$candidate")" ] || router=$candidate',
  "done",
  `for candidate in ${words(ownAddresses(realServers))}; do`,
  '  [ -z "$(ip -o addr show to "$candidate")" ] || router=',
  "done",
  '[ -z "$router" ] || fail "this machine is a router: it has $router"',
];

export const sysctlFunctions: readonly string[] = [
  "# at_least PARAMETER VALUE: raises it where it is lower.",
  "at_least() {",
  '  now=$(sysctl -n "$1")',
  '  claim "$1" "$now"',
  '  [ "$now" -ge "$2" ] || sysctl -q -w "$1=$2"',
  "}",
];

export const sysctlUndoFunctions: readonly string[] = [
  "# put_back PARAMETER: the value that was found.",
  "put_back() {",
  '  if let_go "$1"; then sysctl -q -w "$1=$found"; fi',
  "}",
];

export const addressFunctions: readonly string[] = [
  "# add_address ADDRESS/LENGTH DEVICE [OPTION...]: one that is there already stays, after an undo too.",
  "add_address() {",
  '  address=$1 device=$2 host=$(printf %s "$1" | cut -d / -f 1)',
  "  shift 2",
  '  if [ -n "$(ip -o addr show dev "$device" to "$address")" ]; then',
  '    claim "address.$host.$device" present',
  "  else",
  '    claim "address.$host.$device" absent',
  '    ip addr add "$address" dev "$device" "$@"',
  "  fi",
  "}",
];

export const addressUndoFunctions: readonly string[] = [
  "# remove_address ADDRESS/LENGTH DEVICE",
  "remove_address() {",
  '  if let_go "address.$(printf %s "$1" | cut -d / -f 1).$2" && [ "$found" = absent ] &&',
  '    [ -n "$(ip -o addr show dev "$2" to "$1")" ]; then',
  '    ip addr del "$1" dev "$2"',
  "  fi",
  "}",
];

/** Sets `own` to the address of this family by which the routers know this machine. */
export const ownAddress = ({ realServers }: Preparation, wanted: Family): readonly string[] => [
  "# The address by which the routers know this machine.",
  "own=",
  `for candidate in ${words(
    ofFamily(
      realServers.map(({ address }) => address),
      wanted,
    ),
  )}; do`,
  '  [ -z "$(ip -o addr show to "$candidate")" ] || own=$candidate',
  "done",
  `[ -n "$own" ] || fail "this machine has none of the real servers' addresses"`,
];

/** VIPs on a device: IPv6 ones deprecated, so that nothing takes one as a source by itself. */
export const addVips = (vips: readonly IpAddress[], device: string): readonly string[] =>
  vips.map((vip) =>
    family(vip) === 4
      ? `add_address ${hostOf(vip)} ${device}`
      : `add_address ${hostOf(vip)} ${device} preferred_lft 0`,
  );

export const removeVips = (vips: readonly IpAddress[], device: string): readonly string[] =>
  vips.map((vip) => `remove_address ${hostOf(vip)} ${device}`);
