/** A program ip that prints recorded text. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parsePrefix } from "../../../src/model/address.ts";
import { ms } from "../../../src/model/time.ts";
import { type FloatingAddress, openIp } from "../../../src/system/ip/ip.ts";
import { scripts } from "../scripts.ts";

/**
 * Keeps the addresses of eth0 in the file `held`, one a line. `-batch -` answers as the real one:
 * failures by line number on stderr, `addr show` as JSON on stdout, nothing for a good line.
 */
export const program = `
held=$here/held; touch $held
show() {
  list=
  while read -r a; do
    [ -z "$a" ] && continue
    list="$list,{\\"local\\":\\"\${a%/*}\\",\\"prefixlen\\":\${a#*/},\\"label\\":\\"eth0\\",\\"valid_life_time\\":4294967295}"
  done < $held
  echo "[{\\"ifname\\":\\"eth0\\",\\"ifindex\\":2,\\"flags\\":[\\"UP\\",\\"LOWER_UP\\"],\\"operstate\\":\\"UP\\",\\"address\\":\\"02:00:00:00:00:01\\",\\"addr_info\\":[\${list#,}]}]"
}
fail() { echo "$1" >&2; echo "Command failed -:$n" >&2; }
line() {
  echo "$*" >> $here/said
  case "$1 $2" in
    "addr show") show ;;
    "addr replace")
      if [ "$5" != eth0 ]; then fail "Cannot find device \\"$5\\""
      elif [ "$3" = "$(cat $here/refuses 2>/dev/null)" ]; then fail "RTNETLINK answers: Permission denied"
      else grep -qxF "$3" $held || echo "$3" >> $held; fi ;;
    "addr del")
      if grep -qxF "$3" $held; then grep -vxF "$3" $held > $held.new; mv $held.new $held
        if [ "$3" = "$(cat $here/primary 2>/dev/null)" ]; then : > $held; fi
      else fail "Error: ipv4: Address not found."; fi ;;
    "neigh flush") ;;
    *) fail "Object \\"$1\\" is unknown, try \\"ip help\\"." ;;
  esac
}
n=0
case "$*" in
  *-batch*) echo "$*" >> $here/started; while read -r words; do n=$((n+1)); line $words; done ;;
  *) show ;;
esac
[ $n = 0 ] || exit 1
`;

export const vip = (text: string, device = "eth0"): FloatingAddress => {
  const prefix = parsePrefix(text);
  assert.ok(prefix !== null);
  return { prefix, device, label: null };
};

export const three = [vip("192.0.2.10/24"), vip("192.0.2.11/24"), vip("192.0.2.12/24")];

export function open(t: TestContext, deadline = ms(2000)) {
  const path = scripts(t, { ip: program });
  const ip = openIp({ path, deadline });
  t.after(() => ip.close());
  const said = (): string[] => readFileSync(join(path, "said"), "utf8").trim().split("\n");
  return { ip, path, said };
}
