/** The door to the IPVS table against fixture programs that speak as ipvsadm 1.31 does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseSave } from "../../../../../src/kernel/ipvs-text.ts";
import { isRefused, MachineError } from "../../../../../src/model/error.ts";
import { printService } from "../../../../../src/model/service.ts";
import { ms, seconds } from "../../../../../src/model/time.ts";
import { barriers } from "../../../../../src/system/ipvs/ipvs-pipe.ts";
import { batchesOf, openIpvsadm } from "../../../../../src/system/ipvs/ipvsadm.ts";
import { planChanges } from "../../../../../src/table/plan.ts";
import type { Change, Table } from "../../../../../src/table/table.ts";
import { install, scripts } from "../../../../system/scripts.ts";

/**
 * Keeps the table in the file `table`, in the language of save. \`--restore\` does each line as it
 * comes, says only what it refuses, on stderr and without the line, and ends at a line that its
 * parser does not take: lines with the text of the file \`illegal\`. \`refuses\`: so for the
 * kernel.
 */
const program = `
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

const tableOf = (text: string): Table => {
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

const desired = tableOf(`-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -m -w 1
-A -t 192.0.2.2:80 -s rr
-a -t 192.0.2.2:80 -r 10.0.0.1:80 -m -w 1
`);
const whole = planChanges(new Map(), desired, new Set()).changes;

const emptyProc = new URL("../../../../fixtures/ipvs/empty.proc", import.meta.url).pathname;

function open(t: TestContext, body = program) {
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

test("a plan goes out in its order through one program and then holds", async (t) => {
  const { ipvsadm, file } = open(t);
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
  assert.equal(file("reads"), "", "nothing is read where nothing was refused");
  const { table } = await ipvsadm.readTable();
  assert.deepEqual(planChanges(table, desired, new Set(desired.keys())).changes, []);
  const away = planChanges(table, new Map(), new Set(desired.keys())).changes;
  assert.deepEqual(await ipvsadm.apply(away), { refused: [] });
  assert.equal(file("table"), "");
  assert.equal(file("started").trim().split("\n").length, 1);
});

test("nothing to apply says nothing", async (t) => {
  const { ipvsadm, file } = open(t);
  assert.deepEqual(await ipvsadm.apply([]), { refused: [] });
  assert.equal(file("started"), "");
});

test("a refusal of the kernel is told beside its change, and all others hold", async (t) => {
  const { ipvsadm, tell } = open(t);
  tell("refuses", "192.0.2.1:80 -r 10.0.0.2:80");
  const { refused } = await ipvsadm.apply(whole);
  assert.deepEqual(refused, [{ change: whole[2], reason: "Memory allocation problem" }]);
  const { table } = await ipvsadm.readTable();
  const rest = planChanges(table, desired, new Set(desired.keys())).changes;
  assert.deepEqual(rest, [whole[2]]);
});

test("a service that is refused takes its destinations along, each with its reason", async (t) => {
  const { ipvsadm, tell } = open(t);
  tell("refuses", "-A -t 192.0.2.1:80");
  const { refused } = await ipvsadm.apply(whole);
  assert.deepEqual(
    refused.map(({ reason }) => reason),
    ["Memory allocation problem", ...Array<string>(3).fill("Service not defined")],
  );
});

test("a change that is there already, or gone already, is no refusal", async (t) => {
  const { ipvsadm } = open(t);
  await ipvsadm.apply(whole);
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
  const away = planChanges(desired, new Map(), new Set(desired.keys())).changes;
  await ipvsadm.apply(away);
  assert.deepEqual(await ipvsadm.apply(away), { refused: [] });
});

test("refusals with the words of a barrier are not taken for it", async (t) => {
  const { ipvsadm } = open(t);
  const service = desired.get("tcp 192.0.2.1:80") ?? assert.fail();
  const destination = service.destinations.get("10.0.0.1:80") ?? assert.fail();
  const changes: Change[] = [
    { kind: "edit-destination", service: service.identity, destination, before: destination },
    { kind: "edit-service", service, before: service },
    { kind: "edit-destination", service: service.identity, destination, before: destination },
  ];
  const { refused } = await ipvsadm.apply(changes);
  assert.deepEqual(
    refused.map(({ reason }) => reason),
    ["Service not defined", "No such service", "Service not defined"],
  );
});

test("a line that the program's parser refuses is found, and all others hold", async (t) => {
  const { ipvsadm, tell, file } = open(t);
  tell("illegal", "192.0.2.1:80 -r 10.0.0.2:80");
  const { refused } = await ipvsadm.apply(whole);
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.change, whole[2]);
  const words = "the kept ipvsadm ended with status 2: illegal virtual server address[:port]";
  assert.ok(refused[0]?.reason.startsWith(words), refused[0]?.reason);
  assert.equal(file("table").trim().split("\n").length, whole.length - 1);
});

test("a program that somebody killed is started again and nothing counts as refused", async (t) => {
  const { ipvsadm, file, tell } = open(t);
  await ipvsadm.apply(whole.slice(0, 2));
  process.kill(Number(file("started").trim()), "SIGKILL");
  assert.deepEqual(await ipvsadm.apply(whole.slice(2)), { refused: [] });
  tell("table", "");
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
  assert.equal(file("started").trim().split("\n").length, 2);
});

test("a program that hangs is killed at the deadline, and the next call begins afresh", async (t) => {
  const { ipvsadm, path } = open(t, "sleep 60");
  const begin = performance.now();
  await assert.rejects(ipvsadm.apply(whole), /MachineError: ipvsadm: gave no answer within \d+ ms/);
  assert.ok(performance.now() - begin < 4000, "the deadline holds");
  install(path, "ipvsadm", program);
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
});

test("a missing program, one that cannot work and garbage are MachineErrors", async (t) => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ["missing", {}, /ipvsadm: no such program in/],
    [
      "no module",
      { ipvsadm: 'echo "Can\'t initialize ipvs: Protocol not available" >&2; exit 255' },
      /ipvsadm -Sn: ended with status 255: Can't initialize ipvs/,
    ],
    ["garbage", { ipvsadm: "head -c 3000 /bin/bash" }, /ipvsadm -Sn: cannot be understood/],
  ];
  for (const [name, files, message] of cases) {
    const ipvsadm = openIpvsadm({ path: scripts(t, files), deadline: ms(1500) });
    const failed = (thrown: unknown): boolean => {
      assert.ok(thrown instanceof MachineError, name);
      assert.match(thrown.message, message, name);
      return true;
    };
    await assert.rejects(ipvsadm.readTable(), failed);
    if (name !== "garbage") await assert.rejects(ipvsadm.apply(whole), failed);
    await ipvsadm.close();
  }
  const ipvsadm = openIpvsadm({ procFile: "/nowhere/ip_vs" });
  await assert.rejects(ipvsadm.readProc(), /\/nowhere\/ip_vs: cannot be read; is .* ip_vs loaded/);
});

test("a recorded table is read with its thresholds and counters", async (t) => {
  const fixtures = new URL("../../../../fixtures/ipvs/", import.meta.url).pathname;
  const path = scripts(t, {
    ipvsadm: `case $1 in -Sn) cat ${fixtures}every-kind.save;; -Ln) cat ${fixtures}every-kind.thresholds;; esac`,
  });
  const ipvsadm = openIpvsadm({ path, procFile: `${fixtures}every-kind.proc` });
  const { table, counters } = await ipvsadm.readTable();
  const web = table.get("tcp 192.0.2.1:80") ?? assert.fail();
  assert.deepEqual(web.destinations.get("10.0.0.2:8080")?.thresholds, { upper: 2000, lower: 1500 });
  assert.deepEqual(web.destinations.get("10.0.0.1:8080")?.thresholds, { upper: 0, lower: 0 });
  const proc = await ipvsadm.readProc();
  assert.deepEqual(counters, proc.counters);
  assert.ok(proc.shape.has("tcp 192.0.2.1:443 wlc persistent"), [...proc.shape].join("\n"));
});

test("the timeouts are set in whole seconds", async (t) => {
  const { ipvsadm, file } = open(t);
  await ipvsadm.setTimeouts({ tcp: seconds(900), tcpFin: ms(1500), udp: seconds(300) });
  assert.equal(file("said"), "--set 900 2 300\n");
});

test("a batch never holds two kinds of changes whose refusals its barrier could not tell", () => {
  const service = desired.get("tcp 192.0.2.1:80") ?? assert.fail();
  const edit: Change = { kind: "edit-service", service, before: service };
  const remove: Change = { kind: "delete-service", service };
  const [add, one, two] = whole;
  assert.ok(add !== undefined && one !== undefined && two !== undefined);
  const cases: [Change[], [keyof typeof barriers, number][]][] = [
    [[], []],
    [[add], [["amongDestinations", 1]]],
    [[add, one, add, two], [["amongDestinations", 4]]],
    [[edit, add, remove], [["amongServices", 3]]],
    [
      [add, edit, one, two, remove],
      [
        ["amongServices", 2],
        ["amongDestinations", 2],
        ["amongServices", 1],
      ],
    ],
  ];
  for (const [changes, batches] of cases) {
    const cut = batchesOf(changes);
    assert.deepEqual(
      cut.flatMap((batch) => batch.changes),
      changes,
    );
    assert.deepEqual(
      cut.map((batch) => [batch.barrier, batch.changes.length]),
      batches.map(([name, length]) => [barriers[name], length]),
    );
  }
  assert.deepEqual(
    batchesOf(Array<Change>(2500).fill(one)).map((b) => b.changes.length),
    [1000, 1000, 500],
  );
});

test("50,000 real servers are read without holding up the loop", async (t) => {
  const path = scripts(t, {
    ipvsadm: `case $1 in -Sn) cat $here/save;; -Ln) cat $here/thresholds;; esac`,
  });
  const [save, listing, proc] = [[] as string[], [] as string[], [] as string[]];
  for (let count = 0; count < 50_000; count += 1) {
    const name = `192.0.2.1:${1 + Math.floor(count / 5000)}`;
    const port = (count % 5000) + 1;
    if (count % 5000 === 0) {
      save.push(`-A -t ${name} -s wlc`);
      listing.push(`TCP  ${name} wlc`);
      proc.push(
        `TCP  C0000201:${(1 + count / 5000).toString(16).toUpperCase().padStart(4, "0")} wlc `,
      );
    }
    save.push(`-a -t ${name} -r 10.0.0.1:${port} -m -w 1`);
    listing.push(`  -> 10.0.0.1:${port}      7          0          0          0         `);
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    proc.push(`  -> 0A000001:${hex}      Masq    1      3          0         `);
  }
  writeFileSync(join(path, "save"), save.join("\n"));
  writeFileSync(join(path, "thresholds"), listing.join("\n"));
  writeFileSync(join(path, "proc"), proc.join("\n"));
  const ipvsadm = openIpvsadm({ path, procFile: join(path, "proc") });
  const pauses: number[] = [];
  // The thread's own time: what other processes take of the processor is not ours to answer for.
  const worked = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let before = worked();
  let reading = true;
  const look = (): void => {
    pauses.push(worked() - before);
    before = worked();
    if (reading) setImmediate(look);
  };
  look();
  const { table, counters } = await ipvsadm.readTable();
  reading = false;
  let count = 0;
  for (const [key, { destinations }] of table) {
    for (const [name, { thresholds }] of destinations) {
      count += 1;
      assert.equal(thresholds?.upper, 7);
      assert.equal(counters.get(key)?.get(name)?.activeConnections, 3);
    }
  }
  assert.equal(count, 50_000);
  assert.equal(
    printService(table.get("tcp 192.0.2.1:10")?.identity ?? assert.fail()),
    "tcp 192.0.2.1:10",
  );
  // Lines that are parsed all at once are two fifths of it in one turn, on whatever machine.
  const longest = Math.max(...pauses);
  const all = pauses.reduce((sum, pause) => sum + pause, 0);
  const told = `longest pause ${longest.toFixed(1)} of ${all.toFixed(1)} ms`;
  t.diagnostic(`${told}, ${pauses.length} turns`);
  assert.ok(longest < all / 10, told);
});
