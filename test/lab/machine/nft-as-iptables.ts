/**
 * `nft` for a router on a kernel that has no nftables for IPv4 and IPv6, as User-Mode Linux: a
 * program in its place sets the rules of lvsd's table with iptables-legacy, in chains of its own,
 * and lists the table as it was set. What real nft makes of the same text, and lists of it, is
 * shown in a network namespace of a host that has nftables (test/lab/long/system/packet-filter/nft.test.ts).
 *
 * It knows the rules that lvsd prints (src/kernel/nft-text.ts) and fails at any other.
 */
import { writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";

/** Rules to `4 marks -d ... -j MARK ...`, and to the JSON of libnftables-json(5). */
const translation = `
function csv(text) { gsub(/[{} ]/, "", text); return text }
function number(hex, sum, at) {
  sum = 0; hex = tolower(substr(hex, 3))
  for (at = 1; at <= length(hex); at++) sum = sum * 16 + index("0123456789abcdef", substr(hex, at, 1)) - 1
  return sum
}
function item(text, parts) {
  if (text ~ /^[0-9]+$/) return text
  if (text ~ /^[0-9]+-[0-9]+$/) { split(text, parts, "-"); return "{\\"range\\":[" parts[1] "," parts[2] "]}" }
  if (text ~ /\\//) { split(text, parts, "/"); return "{\\"prefix\\":{\\"addr\\":\\"" parts[1] "\\",\\"len\\":" parts[2] "}}" }
  return "\\"" text "\\""
}
function items(text, parts, count, at, list) {
  count = split(text, parts, ",")
  if (count == 1) return item(text)
  for (at = 1; at <= count; at++) list = list (at > 1 ? "," : "") item(parts[at])
  return "{\\"set\\":[" list "]}"
}
function match_of(op, protocol, field, value) {
  return "{\\"match\\":{\\"op\\":\\"" op "\\",\\"left\\":{\\"payload\\":{\\"protocol\\":\\"" protocol "\\",\\"field\\":\\"" field "\\"}},\\"right\\":" items(value) "}}"
}
function rule(of, chain, iptables, json) {
  print (of == "ip" ? 4 : 6), chain, iptables
  objects = objects ",{\\"rule\\":{\\"chain\\":\\"" chain "\\",\\"expr\\":[" json "]}}"
}
function hook(name, type, at, priority) {
  objects = objects ",{\\"chain\\":{\\"name\\":\\"" name "\\",\\"type\\":\\"" type "\\",\\"hook\\":\\"" at "\\",\\"prio\\":" priority ",\\"policy\\":\\"accept\\"}}"
}
{ while (match($0, /\\{[^{}]+\\}/)) $0 = substr($0, 1, RSTART - 1) csv(substr($0, RSTART, RLENGTH)) substr($0, RSTART + RLENGTH) }
/^(add|delete) table inet lvsd$/ || /^ *}$/ { next }
/^table inet lvsd {$/ { there = 1; next }
$1 == "chain" { chain = $2; next }
$1 == "type" { hook(chain, $2, $4, chain == "marks" ? -150 : 100); next }
$2 == "daddr" && $7 == "meta" {
  ports = $6; gsub(/-/, ":", ports)
  rule($1, "marks", "-d " $3 " -p " $4 " -m multiport --dports " ports " -j MARK --set-mark " $10,
    match_of("==", $1, "daddr", $3) "," match_of("==", $4, "dport", $6) ",{\\"mangle\\":{\\"key\\":{\\"meta\\":{\\"key\\":\\"mark\\"}},\\"value\\":" number($10) "}}")
  next
}
$2 == "saddr" {
  words = "-s " $3; json = match_of("==", $1, "saddr", $3); at = 4
  if ($(at + 1) == "daddr") { words = words " ! -d " $(at + 3); json = json "," match_of("!=", $1, "daddr", $(at + 3)); at += 4 }
  if ($(at + 1) == "sport") { words = words " -p tcp --sport " $(at + 2); json = json "," match_of("==", "tcp", "sport", $(at + 2)); at += 3 }
  if ($at == "masquerade") rule($1, "sources", words " -j MASQUERADE", json ",{\\"masquerade\\":null}")
  else rule($1, "sources", words " -j SNAT --to-source " $(at + 3), json ",{\\"snat\\":{\\"family\\":\\"" $1 "\\",\\"addr\\":\\"" $(at + 3) "\\"}}")
  next
}
NF > 0 { print "not lvsd's: " $0 > "/dev/stderr"; exit 1 }
END { if (there) print "json {\\"nftables\\":[{\\"metainfo\\":{}}" objects "]}" }
`;

const program = `#!/bin/sh
set -e
case "$1" in
  -j) cat STATE.json 2>/dev/null && exit; echo "Error: No such file or directory" >&2; exit 1 ;;
  -c) exec awk -f STATE.awk >/dev/null ;;
  -f) ;;
  *) echo "Error: $* is not what lvsd asks" >&2; exit 1 ;;
esac
awk -f STATE.awk >STATE.rules
for of in 4 6; do
  iptables=iptables-legacy; [ $of = 4 ] || iptables=ip6tables-legacy
  for chain in marks:mangle:PREROUTING sources:nat:POSTROUTING; do
    own=\${chain%%:*} hook=\${chain##*:} table=\${chain#*:}; table=\${table%:*}
    { echo "*$table"; echo ":lvsd-$own - [0:0]"; sed -n "s/^$of $own /-A lvsd-$own /p" STATE.rules; echo COMMIT; } |
      $iptables-restore -w --noflush
    $iptables -w -t $table -C $hook -j lvsd-$own 2>/dev/null || $iptables -w -t $table -A $hook -j lvsd-$own
  done
done
sed -n 's/^json //p' STATE.rules >STATE.json
[ -s STATE.json ] || rm STATE.json
`;

/** From the router's next start on. */
export async function playNft(router: Router): Promise<void> {
  const state = `${router.directory}/nft`;
  writeFileSync(`${state}.awk`, translation);
  await router.replaceProgram("nft", program.replaceAll("STATE", state));
}
