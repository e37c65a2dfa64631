import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSave } from "../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../src/model/error.ts";
import { describeChange, describeVip, namesIn, realServersOf } from "../../src/table/describe.ts";
import { planChanges } from "../../src/table/plan.ts";
import type { Change, Table } from "../../src/table/table.ts";
import { config, realServer, vip, virtualServer } from "./configs.ts";

const table = (lines: string): Table => {
  const result = parseSave(lines.replaceAll(" / ", "\n"));
  assert(!isRefused(result));
  return result.table;
};

const names = namesIn(config(virtualServer("web", { realServers: [realServer("rs1")] })));
const onlyChange = (actual: string, desired: string): Change => {
  const before = table(actual);
  const { changes } = planChanges(before, table(desired), new Set(before.keys()));
  const [change] = changes;
  assert(change !== undefined && changes.length === 1, JSON.stringify(changes));
  return change;
};

const web = "-A -t 192.0.2.1:80 -s wlc";
const rs1 = "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1";
const rs9 = "-a -t 192.0.2.1:80 -r 10.0.0.9:80 -m -w 1";

const cases: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  ["", web, "web", "add web (tcp 192.0.2.1:80): scheduler wlc", ["web/rs1"]],
  [
    web,
    `${web} / ${rs1}`,
    "web/rs1",
    "add web/rs1 (tcp 192.0.2.1:80 -> 10.0.0.1:80): forwarding nat, weight 1",
    ["web/rs1"],
  ],
  [
    `${web} / ${rs1}`,
    `${web} / ${rs1}00`,
    "web/rs1",
    "edit web/rs1 (tcp 192.0.2.1:80 -> 10.0.0.1:80): weight 1 -> 100",
    ["web/rs1"],
  ],
  [
    `${web} / ${rs9}`,
    web,
    "web/10.0.0.9:80",
    "delete web/10.0.0.9:80 (tcp 192.0.2.1:80 -> 10.0.0.9:80)",
    [],
  ],
  [
    web,
    `${web} -p 300`,
    "web",
    "edit web (tcp 192.0.2.1:80): persistence none -> 300s, netmask none -> /32",
    ["web/rs1"],
  ],
  ["-A -f 80 -s rr", "", "fwmark 80", "delete fwmark 80: with 0 real servers", []],
];

for (const [actual, desired, subject, text, affected] of cases) {
  test(`a change is told as: ${text}`, () => {
    const change = onlyChange(actual, desired);
    const told = describeChange(change, names);
    assert.deepEqual(told, { area: "ipvs", action: text.split(" ")[0], subject, text });
    assert.deepEqual(realServersOf(change, names), affected);
  });
}

test("a floating address is described with its device or label", () => {
  assert.equal(describeVip("add", vip("192.0.2.1")).text, "add 192.0.2.1/24 on eth0");
  const labelled = vip("192.0.2.1", { label: "eth0:1" });
  assert.equal(describeVip("delete", labelled).text, "delete 192.0.2.1/24 on eth0:1");
});
