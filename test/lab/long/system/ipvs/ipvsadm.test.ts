/** The door to the IPVS table against fixture programs that speak as ipvsadm 1.31 does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineError } from "../../../../../src/model/error.ts";
import { ms, seconds } from "../../../../../src/model/time.ts";
import { barriers } from "../../../../../src/system/ipvs/ipvs-pipe.ts";
import { batchesOf, openIpvsadm } from "../../../../../src/system/ipvs/ipvsadm.ts";
import { planChanges } from "../../../../../src/table/plan.ts";
import type { Change } from "../../../../../src/table/table.ts";
import { scripts } from "../../../../system/scripts.ts";
import { desired, open, whole } from "./scripted.ts";

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

test("a refusal of the kernel is reported with its change, and all others hold", async (t) => {
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

test("the timeouts are set in whole seconds", async (t) => {
  const { ipvsadm, file } = open(t);
  await ipvsadm.setTimeouts({ tcp: seconds(900), tcpFin: ms(1500), udp: seconds(300) });
  assert.equal(file("said"), "--set 900 2 300\n");
});

test("a batch never holds two kinds of changes whose refusals its barrier could not distinguish", () => {
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
