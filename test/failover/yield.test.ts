import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Claimant, rulingOnTwoHolders, rulingOnVacancy } from "../../src/failover/yield.ts";
import { type FaultKind, faultKinds, type Role, type Unfitness } from "../../src/model/router.ts";

const primary: Claimant = {
  role: "primary",
  heard: true,
  ready: true,
  faults: [],
  term: 1,
  failback: "auto",
  suspended: false,
};
const backup: Claimant = { ...primary, role: "backup" };

const of = (kind: FaultKind, count = 1): readonly Unfitness[] => [{ kind, count }];

const cases: readonly (readonly [string, Partial<Claimant>, Partial<Claimant>, Role, Role])[] = [
  ["equal routers", {}, {}, "primary", "primary"],
  [
    "who is not heard yields, whatever else",
    { heard: false },
    { faults: of("table") },
    "backup",
    "primary",
  ],
  ["the less fit yields", { faults: of("late") }, {}, "backup", "backup"],
  [
    "of two unfit ones the graver fault yields",
    { faults: of("table") },
    { faults: of("link") },
    "backup",
    "backup",
  ],
  [
    "equal faults do not decide",
    { faults: of("link") },
    { faults: of("link") },
    "primary",
    "primary",
  ],
  [
    "of two that cannot hold all VIPs the one that can hold fewer yields",
    { faults: of("vip", 2) },
    { faults: of("vip") },
    "backup",
    "backup",
  ],
  [
    "what both lack does not decide, what only one has does",
    { faults: [...of("vip", 2), ...of("service")] },
    { faults: of("vip", 2) },
    "backup",
    "backup",
  ],
  [
    "a failed link is graver than any number of VIPs",
    { faults: of("link") },
    { faults: of("vip", 500) },
    "backup",
    "backup",
  ],
  [
    "a VIP is graver than any number of virtual servers",
    { faults: of("vip") },
    { faults: of("virtual-server", 500) },
    "backup",
    "backup",
  ],
  ["with failback the term does not count", {}, { term: 9 }, "primary", "primary"],
  [
    "without failback the older term yields",
    { failback: "manual" },
    { failback: "manual", term: 9 },
    "backup",
    "backup",
  ],
  [
    "configurations that differ do not fail back",
    { failback: "manual" },
    { term: 9 },
    "backup",
    "backup",
  ],
  ["a suspended failback is none", {}, { term: 9, suspended: true }, "backup", "backup"],
  [
    "equal terms leave it to the role",
    { failback: "manual" },
    { failback: "manual" },
    "primary",
    "primary",
  ],
  ["a router that is not ready does not go first", { ready: false }, {}, "primary", "backup"],
];

describe("of two routers", () => {
  for (const [name, ofPrimary, ofBackup, holder, vacant] of cases)
    it(`${name}: ${holder} keeps, ${vacant} claims`, () => {
      const a = { ...primary, ...ofPrimary };
      const b = { ...backup, ...ofBackup };
      assert.equal(rulingOnTwoHolders(a, b).survivor, holder);
      assert.equal(rulingOnVacancy(a, b).survivor, vacant);
    });

  const claimant = (role: Role): fc.Arbitrary<Claimant> =>
    fc.record({
      role: fc.constant(role),
      heard: fc.boolean(),
      ready: fc.boolean(),
      faults: fc.uniqueArray(
        fc.record({ kind: fc.constantFrom(...faultKinds), count: fc.nat({ max: 3 }) }),
        { selector: ({ kind }) => kind },
      ),
      term: fc.nat({ max: 3 }),
      failback: fc.constantFrom("auto", "manual"),
      suspended: fc.boolean(),
    });

  it("both compute the same, whoever asks", () => {
    fc.assert(
      fc.property(claimant("primary"), claimant("backup"), (a, b) => {
        assert.deepEqual(rulingOnTwoHolders(a, b), rulingOnTwoHolders(b, a));
        assert.deepEqual(rulingOnVacancy(a, b), rulingOnVacancy(b, a));
      }),
    );
  });
});
