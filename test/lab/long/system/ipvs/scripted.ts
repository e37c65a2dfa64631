/** A program ipvsadm that prints recorded text. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parseSave } from "../../../../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../../../../src/model/error.ts";
import { ms } from "../../../../../src/model/time.ts";
import { openIpvsadm } from "../../../../../src/system/ipvs/ipvsadm.ts";
import { planChanges } from "../../../../../src/table/plan.ts";
import type { Table } from "../../../../../src/table/table.ts";
import { scripts } from "../../../../system/scripts.ts";

/**
 * Keeps the table in the file `table`, in the language of save. \`--restore\` does each line as it
 * comes, says only what it refuses, on stderr and without the line, and ends at a line that its
 * parser does not take: lines with the text of the file \`illegal\`. \`refuses\`: so for the
 * kernel.
 */
export const program = `
table=$here/table; touch $table
without() { grep -vF -- "$1" $table > $table.new; mv $table.new $table; }
has() { grep -qF -- "$1" $table; }
contains() { [ -s $here/$1 ] && case "$words" in *"$(cat $here/$1)"*) return 0;; esac; return 1; }
line() {
  service="$2 $3"
  if contains illegal; then echo "illegal virtual server address[:port] specified" >&2; exit 2; fi
  if contains refuses; then echo "Memory allocation problem" >&2; return; fi
  case $1 in
    -A) if has "-A $service "; then echo "Service already exists"; else echo "$words" >> $table; fi ;;
    -E) if has "-A $service "; then without "-A $service "; echo "-A \${words#-E }" >> $table
        else echo "No such service"; fi ;;
    -D) if has "-A $service "; then without "-A $service "; without "-a $service "
        else echo "No such service"; fi ;;
    -a|-e|-d) if ! has "-A $service "; then echo "Service not defined"
        elif [ $1 = -a ]; then
          if has "-a $service -r $5 "; then echo "Destination already exists"
          else echo "$words" >> $table; fi
        elif ! has "-a $service -r $5 "; then echo "No such destination"
        else without "-a $service -r $5 "
          [ $1 = -d ] || echo "-a \${words#-e }" >> $table; fi ;;
  esac >&2
}
case "$1" in
  --restore) echo $$ >> $here/started
    while read -r words; do echo "$words" >> $here/said; line $words; done ;;
  -Sn) echo read >> $here/reads
    grep -- ^-A $table | while read -r op kind name rest; do
      echo "$op $kind $name $rest"; grep -F -- "-a $kind $name " $table; done; true ;;
  -Ln) grep -- ^-A $table | while read -r op kind name rest; do
      echo "TCP  $name wlc"
      grep -F -- "-a $kind $name " $table | while read -r a b c d dest rest; do
        echo "  -> $dest      0          0          0          0         "; done; done; true ;;
  *) echo "$*" >> $here/said ;;
esac
`;

export const tableOf = (text: string): Table => {
  const saved = parseSave(text);
  assert.ok(!isRefused(saved));
  const known = Array.from(saved.table, ([key, service]) => {
    const destinations = Array.from(service.destinations, ([name, destination]) => {
      return [name, { ...destination, thresholds: { upper: 0, lower: 0 } }] as const;
    });
    return [key, { ...service, destinations: new Map(destinations) }] as const;
  });
  return new Map(known);
};

export const desired = tableOf(`-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -m -w 1
-A -t 192.0.2.2:80 -s rr
-a -t 192.0.2.2:80 -r 10.0.0.1:80 -m -w 1
`);

export const whole = planChanges(new Map(), desired, new Set()).changes;

export const emptyProc = new URL("../../../../fixtures/ipvs/empty.proc", import.meta.url).pathname;

export function open(t: TestContext, body = program) {
  const path = scripts(t, { ipvsadm: body });
  const ipvsadm = openIpvsadm({ path, deadline: ms(1500), procFile: emptyProc });
  t.after(() => ipvsadm.close());
  const file = (name: string): string => {
    const found = join(path, name);
    return existsSync(found) ? readFileSync(found, "utf8") : "";
  };
  const tell = (name: string, text: string): void => writeFileSync(join(path, name), text);
  return { ipvsadm, path, file, tell };
}
