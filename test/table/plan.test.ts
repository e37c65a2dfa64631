import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSave, restoreLine } from "../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../src/model/error.ts";
import { printService } from "../../src/model/service.ts";
import { planChanges } from "../../src/table/plan.ts";
import type { Change, Table } from "../../src/table/table.ts";
import { sameDestination, sameService } from "../../src/table/table.ts";
import { kernelApplies, tables } from "./tables.ts";

function table(...lines: readonly string[]): Table {
  const result = parseSave(lines.join("\n"));
  assert(!isRefused(result) && result.unread.length === 0);
  return result.table;
}

const web = "-A -t 192.0.2.1:80 -s wlc";
const rs = (last: number, weight = 1) => `-a -t 192.0.2.1:80 -r 10.0.0.${last}:80 -g -w ${weight}`;

const plans: readonly {
  name: string;
  actual: readonly string[];
  desired: readonly string[];
  owned?: readonly string[];
  lines: readonly string[];
}[] = [
  {
    name: "a table as it should be needs no change",
    actual: [web, rs(1)],
    desired: [web, rs(1)],
    lines: [],
  },
  {
    name: "a new service comes before its destinations",
    actual: [],
    desired: [web, rs(1), rs(2)],
    lines: [web, rs(1), rs(2)],
  },
  {
    name: "one changed weight is one change",
    actual: [web, rs(1), rs(2)],
    desired: [web, rs(1), rs(2, 5)],
    lines: ["-e -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 5"],
  },
  {
    name: "the new server is there before the old one goes",
    actual: [web, rs(1)],
    desired: [web, rs(2)],
    lines: [rs(2), "-d -t 192.0.2.1:80 -r 10.0.0.1:80"],
  },
  {
    name: "a weight is raised before another becomes 0",
    actual: [web, rs(1, 1), rs(2, 0)],
    desired: [web, rs(1, 0), rs(2, 1)],
    lines: [
      "-e -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 1",
      "-e -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 0",
    ],
  },
  {
    name: "scheduler and persistence are edited, and the destinations stay",
    actual: [web, rs(1)],
    desired: ["-A -t 192.0.2.1:80 -s mh -p 60 -M 255.255.255.0 -b mh-port", rs(1)],
    lines: ["-E -t 192.0.2.1:80 -s mh -p 60 -M 255.255.255.0 -b mh-port"],
  },
  {
    name: "forwarding is edited in place",
    actual: [web, rs(1)],
    desired: [web, "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1"],
    lines: ["-e -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1"],
  },
  {
    name: "a tunnel of another kind than lvsd's is edited back",
    actual: [web, "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 --tun-type gre --tun-nocsum"],
    desired: [web, "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 --tun-type ipip"],
    lines: ["-e -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1"],
  },
  {
    name: "an owned service that is not desired any more goes with all it has, last",
    actual: ["-A -t 192.0.2.0:80 -s rr", "-a -t 192.0.2.0:80 -r 10.0.0.1:80 -g -w 1"],
    desired: [web],
    owned: ["tcp 192.0.2.0:80"],
    lines: [web, "-D -t 192.0.2.0:80"],
  },
  {
    name: "a service of somebody else is left alone",
    actual: ["-A -t 192.0.2.0:80 -s rr", "-a -t 192.0.2.0:80 -r 10.0.0.1:80 -g -w 1"],
    desired: [web],
    lines: [web],
  },
  {
    name: "a desired service that somebody else made is adopted by editing it",
    actual: ["-A -t 192.0.2.1:80 -s rr", rs(9)],
    desired: [web, rs(1)],
    lines: ["-E -t 192.0.2.1:80 -s wlc", rs(1), "-d -t 192.0.2.1:80 -r 10.0.0.9:80"],
  },
];

for (const { name, actual, desired, owned, lines } of plans) {
  test(name, () => {
    const { changes } = planChanges(table(...actual), table(...desired), new Set(owned));
    assert.deepEqual(changes.map(restoreLine), lines);
  });
}

test("thresholds that were not read are no difference, and others are", () => {
  const desired = withLimits(table(web, rs(1)), { upper: 0, lower: 0 });
  assert.deepEqual(planChanges(table(web, rs(1)), desired, new Set()).changes, []);
  const found = withLimits(desired, { upper: 20, lower: 10 });
  const { changes } = planChanges(found, desired, new Set());
  assert.deepEqual(changes.map(restoreLine), ["-e -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"]);
});

function withLimits(of: Table, thresholds: { upper: number; lower: number }): Table {
  return new Map(
    Array.from(of, ([key, service]) => {
      const destinations = Array.from(
        service.destinations,
        ([name, destination]) => [name, { ...destination, thresholds }] as const,
      );
      return [key, { ...service, destinations: new Map(destinations) }];
    }),
  );
}

const pairs = fc.record({ actual: tables, desired: tables, ownedAll: fc.boolean() });
const ownedOf = (actual: Table, all: boolean): Set<string> =>
  new Set([...actual.keys()].filter((_, index) => all || index % 2 === 0));

/** Every table on the way, the first and the last included. */
function way(actual: Table, changes: readonly Change[]): Table[] {
  const steps = [actual];
  for (const change of changes) steps.push(kernelApplies(steps.at(-1) ?? actual, change));
  return steps;
}

test("an applied plan makes what is desired, and leaves what is foreign as it was", () => {
  fc.assert(
    fc.property(pairs, ({ actual, desired, ownedAll }) => {
      const owned = ownedOf(actual, ownedAll);
      const { changes, foreign } = planChanges(actual, desired, owned);
      const result = way(actual, changes).at(-1) ?? actual;
      const foreignKeys = new Set(foreign.map(printService));
      for (const key of foreignKeys) {
        assert(!desired.has(key) && !owned.has(key));
        assert.equal(result.get(key), actual.get(key));
      }
      assert.deepEqual(new Set(result.keys()), new Set([...desired.keys(), ...foreignKeys]));
      for (const [key, service] of desired) {
        const made = result.get(key);
        assert(made !== undefined && sameService(made, service));
        assert.deepEqual(new Set(made.destinations.keys()), new Set(service.destinations.keys()));
        for (const [name, destination] of service.destinations) {
          const there = made.destinations.get(name);
          assert(there !== undefined && sameDestination(there, destination));
        }
      }
    }),
  );
});

test("the plan after a plan is empty", () => {
  fc.assert(
    fc.property(pairs, ({ actual, desired, ownedAll }) => {
      const owned = ownedOf(actual, ownedAll);
      const first = planChanges(actual, desired, owned);
      const result = way(actual, first.changes).at(-1) ?? actual;
      const second = planChanges(result, desired, owned);
      assert.deepEqual(second, { changes: [], foreign: first.foreign });
    }),
  );
});

const serves = (service: { destinations: ReadonlyMap<string, { weight: number }> } | undefined) =>
  [...(service?.destinations.values() ?? [])].some(({ weight }) => weight > 0);

test("a service that has a server before and after has one at every moment between", () => {
  fc.assert(
    fc.property(pairs, ({ actual, desired, ownedAll }) => {
      const { changes } = planChanges(actual, desired, ownedOf(actual, ownedAll));
      const steps = way(actual, changes);
      for (const [key, service] of desired)
        if (serves(service) && serves(actual.get(key)))
          for (const step of steps) assert(serves(step.get(key)));
    }),
  );
});
