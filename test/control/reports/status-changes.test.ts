import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RealServerStatus, Status } from "../../../src/control/api.ts";
import {
  type Pace,
  SharedLooks,
  StatusLedger,
  withChanges,
} from "../../../src/control/reports/status-changes.ts";
import { largeStatus } from "../../console/busy-router.ts";
import { sampleStatus } from "../sample.ts";

const unpaced: Pace = () => undefined;

/** A status of few names, so that each step changes, adds, removes and reorders some. */
const status: fc.Arbitrary<Status> = (() => {
  const [server] = sampleStatus.virtual_servers;
  const [rs] = server?.real_servers ?? [];
  const real = fc
    .record({ name: fc.constantFrom("a", "b", "c"), weight: fc.integer({ min: 0, max: 2 }) })
    .chain(({ name, weight }) =>
      fc.option(fc.boolean(), { nil: undefined }).map((reached) => ({
        ...({ ...rs, name, weight } as RealServerStatus),
        ...(reached === undefined ? {} : { own_path: { reached, why: null } }),
      })),
    );
  const reals = fc.uniqueArray(real, { selector: ({ name }) => name, maxLength: 3 });
  const one = fc.record({
    name: fc.constantFrom("x", "y", "z"),
    reals,
    port: fc.constantFrom(1, 2),
  });
  return fc
    .tuple(
      fc.uniqueArray(one, { selector: ({ name }) => name, maxLength: 3 }),
      fc.constantFrom("active", "standby"),
    )
    .map(([servers, state]) => ({
      ...sampleStatus,
      state: state as Status["state"],
      virtual_servers: servers.map(({ name, port, reals: own }) => ({
        ...(server as Status["virtual_servers"][number]),
        name,
        port,
        real_servers: own,
      })),
    }));
})();

describe("the status as a difference", () => {
  it("leads every asker to the status as it is, however long ago it asked last", async () => {
    const steps = fc.array(
      fc.tuple(status, fc.array(fc.boolean(), { minLength: 2, maxLength: 2 })),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const ledger = new StatusLedger("one");
        const askers: { mark: string | null; has: Status | null }[] = [
          { mark: null, has: null },
          { mark: null, has: null },
        ];
        for (const [now, asks] of all) {
          await ledger.take(now, unpaced);
          for (const [at, asker] of askers.entries()) {
            if (asks[at] !== true) continue;
            const changes = await ledger.since(asker.mark, unpaced);
            asker.has = withChanges(asker.has, JSON.parse(JSON.stringify(changes)));
            asker.mark = changes.mark;
            assert.deepEqual(asker.has, JSON.parse(JSON.stringify(now)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("has nothing of 4,000 real servers while nothing changes, and one where one changes", async () => {
    const before = largeStatus(200, 20);
    const ledger = new StatusLedger("one");
    await ledger.take(before, unpaced);
    const first = await ledger.since(null, unpaced);
    assert.ok(first.whole);
    assert.equal(first.real_servers.length, 4000);
    await ledger.take(structuredClone(before), unpaced);
    const none = await ledger.since(first.mark, unpaced);
    assert.deepEqual([none.names, none.virtual_servers, none.real_servers], [null, [], []]);
    const changed = structuredClone(before) as { -readonly [K in keyof Status]: Status[K] };
    const server = changed.virtual_servers[7]?.real_servers[3] as { weight: number };
    server.weight = 9;
    await ledger.take(changed, unpaced);
    const one = await ledger.since(first.mark, unpaced);
    assert.deepEqual(
      one.real_servers.map(({ virtual_server: of, name, weight }) => [of, name, weight]),
      [["service-7", "rs3", 9]],
    );
    assert.ok(JSON.stringify(one).length < 6000, `${JSON.stringify(one).length} bytes`);
    const has = withChanges(null, first);
    const after = withChanges(has, one);
    assert.equal(after?.virtual_servers[8], has?.virtual_servers[8], "the others stay as they are");
    assert.deepEqual(after, JSON.parse(JSON.stringify(changed)));
  });

  it("is the whole of it for a mark of another process, and for none at all", async () => {
    const one = new StatusLedger("one");
    const other = new StatusLedger("other");
    await one.take(sampleStatus, unpaced);
    await other.take(sampleStatus, unpaced);
    const { mark } = await one.since(null, unpaced);
    for (const strange of [mark, "other.99", "other.x", "", "other."])
      assert.ok((await other.since(strange, unpaced)).whole, strange);
    const partial = await one.since(mark, unpaced);
    assert.equal(partial.whole, false);
    assert.equal(withChanges(null, partial), null);
  });

  it("misses nothing that changes while it is being taken, and works in small pieces", async () => {
    const ledger = new StatusLedger("one");
    const before = largeStatus(20, 20);
    await ledger.take(before, unpaced);
    const first = await ledger.since(null, unpaced);
    const later = structuredClone(before);
    for (const { real_servers: reals } of later.virtual_servers)
      for (const real of reals) (real as { weight: number }).weight = 5;
    let has = withChanges(null, first);
    let { mark } = first;
    let asked = 0;
    let done = 0;
    await ledger.take(later, (realServers) => {
      done += realServers;
      if (done % 150 !== 0) return undefined;
      asked += 1;
      return (async () => {
        const middle = await ledger.since(mark, unpaced);
        has = withChanges(has, middle);
        mark = middle.mark;
      })();
    });
    assert.equal(asked, 2);
    has = withChanges(has, await ledger.since(mark, unpaced));
    assert.deepEqual(has, later);
  });

  it("is looked for once for all who ask at once, and anew for who asks after the look began", async () => {
    let looks = 0;
    let serial = 1;
    const opened: (() => void)[] = [];
    const shared = new SharedLooks(
      "one",
      async () => {
        looks += 1;
        const now = { ...sampleStatus, config: { ...sampleStatus.config, serial } };
        await new Promise<void>((resolve) => opened.push(resolve));
        return now;
      },
      () => unpaced,
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const many = Array.from({ length: 50 }, () => shared.since(null));
    await turn();
    assert.equal(looks, 1);
    serial = 2;
    const late = [shared.since(null), shared.since(null)];
    await turn();
    opened.shift()?.();
    assert.deepEqual(
      new Set((await Promise.all(many)).map(({ status: s }) => s.config.serial)),
      new Set([1]),
    );
    await turn();
    assert.equal(looks, 2);
    opened.shift()?.();
    assert.deepEqual(
      (await Promise.all(late)).map(({ status: s }) => s.config.serial),
      [2, 2],
    );
  });
});
