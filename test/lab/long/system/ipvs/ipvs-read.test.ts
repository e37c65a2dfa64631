import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { printService } from "../../../../../src/model/service.ts";
import { openIpvsadm } from "../../../../../src/system/ipvs/ipvsadm.ts";
import { scripts } from "../../../../system/scripts.ts";

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

test("50,000 real servers are read without holding up the loop", async (t) => {
  const path = scripts(t, {
    ipvsadm: `case $1 in -Sn) cat $here/save;; -Ln) cat $here/thresholds;; esac`,
  });
  const save = [] as string[];
  const listing = [] as string[];
  const proc = [] as string[];
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
