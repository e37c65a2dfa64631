import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/cli/report/paint.ts";
import { printPlan } from "../../../src/cli/report/plan.ts";
import { samplePlan } from "../../control/sample.ts";

const changes = `\
  + vip   192.168.26.11/24 on eth0
  ~ ipvs  tcp 192.168.26.10:80 -> 10.11.12.1:80 weight 2 -> 3
  - ipvs  udp [2001:db8::53]:53 rr
  ~ set   heartbeat.interval: 250ms -> 100ms
`;

test("a plan lists each change with its kind", () => {
  assert.equal(
    printPlan(samplePlan, false, plain),
    `4 changes to make; 98 virtual services unchanged\n${changes}`,
  );
});

test("a reload says what was done", () => {
  assert.equal(
    printPlan(samplePlan, true, plain),
    `4 changes made; 98 virtual services unchanged\n${changes}`,
  );
});

test("one change is one change, none is nothing", () => {
  const [first = assert.fail()] = samplePlan.changes;
  const one = { ...samplePlan, changes: [first], settings: [], unchanged_services: 1 };
  assert.match(printPlan(one, false, plain), /^1 change to make; 1 virtual service unchanged\n/);
  const none = { ...one, changes: [] };
  assert.equal(
    printPlan(none, false, plain),
    "nothing would change; 1 virtual service unchanged\n",
  );
  assert.equal(printPlan(none, true, plain), "nothing changed; 1 virtual service unchanged\n");
});
