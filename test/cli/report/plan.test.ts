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

test("a plan says what host names stand for, since when, and which stand for nothing yet", () => {
  const name = { name: "app.internal", addresses: ["10.0.0.1", "10.0.0.2"] };
  const now = Date.parse("2026-01-01T00:01:30Z");
  const names = [
    { ...name, source: "resolver", answered: "2026-01-01T00:00:00Z", last_error: null },
    { ...name, source: "disk", answered: null, last_error: "no answer" },
    { name: "new.internal", addresses: [], source: "nowhere", answered: null, last_error: null },
  ] as const;
  const lines = `\
  = name  app.internal is 10.0.0.1, 10.0.0.2 (resolver, 1m 30s ago)
  = name  app.internal is 10.0.0.1, 10.0.0.2 (kept on disk, of unknown age); no answer
  = name  new.internal stands for no address yet
`;
  assert.equal(
    printPlan({ ...samplePlan, names }, false, plain, now),
    `4 changes to make; 98 virtual services unchanged\n${changes}${lines}`,
  );
  const none = { ...samplePlan, changes: [], settings: [], names };
  assert.equal(
    printPlan(none, false, plain, now),
    `nothing would change; 98 virtual services unchanged\n${lines}`,
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
