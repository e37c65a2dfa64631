import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { otherProcesses, runningSystem } from "../../src/advice/other-systems.ts";
import { root } from "../checkout.ts";

const running = (...names: string[]) =>
  runningSystem(names.map((name, at) => ({ name, pid: 812 + at })));

const ways: readonly (readonly [process: string, label: string, instead: RegExp])[] = [
  ["keepalived", "keepalived (process 812)", /lvsd takeover-from keepalived/],
  ["pacemakerd", "Pacemaker (process 812)", /crm_attribute --name maintenance-mode --update true/],
  ["heartbeat", "Heartbeat (process 812)", /pkill -KILL -x 'heartbeat\|ldirectord'/],
  ["pulse", "Piranha (process 812)", /service pulse stop/],
  ["ldirectord", "ldirectord (process 812)", /another program claims/],
];

for (const [process, label, instead] of ways)
  test(`${process} runs here`, () => {
    const found = running("systemd", process) ?? assert.fail();
    assert.equal(found.label, label.replace("812", "813"));
    assert.match(found.instead, instead);
    assert.doesNotMatch(found.instead, /addr del/);
    assert.equal(found.claims, process !== "ldirectord");
  });

test("every known program has its way", () => {
  assert.deepEqual(otherProcesses.toSorted(), ways.map(([process]) => process).toSorted());
});

test("next to ldirectord the cluster manager holds the VIPs", () => {
  assert.match(running("ldirectord", "heartbeat")?.label ?? "", /^Heartbeat/);
  assert.match(running("ldirectord", "pacemakerd")?.label ?? "", /^Pacemaker/);
});

test("nothing that is known runs here", () => {
  assert.equal(running(), null);
  assert.equal(running("node", "systemd"), null);
});

test("the sections that are named are in the document", () => {
  const document = readFileSync(join(root, "docs/migration.md"), "utf8");
  for (const [process] of ways) {
    const [, title] = /"([^"]+)"$/.exec(running(process)?.instead ?? "") ?? [];
    if (title !== undefined) assert.match(document, new RegExp(`^## ${title}`, "m"));
  }
});
