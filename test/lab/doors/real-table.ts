/** Runs inside the lab, as root, on a kernel with IPVS whose table is empty. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { shapeDifference, shapeOf } from "../../../src/kernel/ipvs-proc.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { seconds } from "../../../src/model/time.ts";
import { openIpvsadm } from "../../../src/system/ipvs/ipvsadm.ts";
import { planChanges } from "../../../src/table/plan.ts";
import type { Change, Destination, Service, Table } from "../../../src/table/table.ts";

const ipvsadm = openIpvsadm();
after(() => ipvsadm.close());

const address = (text: string) => parseAddress(text) ?? assert.fail(text);

const destination = (text: string, port: number, weight = 1): [string, Destination] => {
  const at = address(text);
  const whole: Destination = {
    identity: { address: at, port },
    forwarding: "nat",
    weight,
    thresholds: { upper: 0, lower: 0 },
    tunnel: { type: "ipip" },
    foreignOptions: "",
  };
  return [at.includes(":") ? `[${at}]:${port}` : `${at}:${port}`, whole];
};

const service = (
  text: string,
  port: number,
  destinations: [string, Destination][],
  more: Partial<Service> = {},
): [string, Service] => {
  const at = address(text);
  const key = at.includes(":") ? `tcp [${at}]:${port}` : `tcp ${at}:${port}`;
  const whole: Service = {
    identity: { kind: "address", protocol: "tcp", address: at, port },
    scheduler: "wlc",
    schedulerFlags: [],
    onePacket: false,
    persistence: null,
    destinations: new Map(destinations),
    ...more,
  };
  return [key, whole];
};

/** The changes from what is there to `desired`, with everything that is there owned. */
async function planFor(desired: Table): Promise<readonly Change[]> {
  const { table } = await ipvsadm.readTable();
  return planChanges(table, desired, new Set(table.keys())).changes;
}

test("a table is programmed, read back equal, seen in /proc, and emptied", async () => {
  const limited = destination("10.0.0.2", 80, 0);
  const desired: Table = new Map([
    service("10.9.0.10", 80, [
      destination("10.0.0.1", 80, 65_535),
      [limited[0], { ...limited[1], thresholds: { upper: 20, lower: 10 } }],
    ]),
    service("10.9.0.10", 443, [destination("10.0.0.1", 443)], {
      scheduler: "mh",
      schedulerFlags: ["mh-fallback", "mh-port"],
      persistence: { timeoutSeconds: 300, maskBits: 24, engine: null },
    }),
    service("fd00::10", 80, [destination("fd00::20", 80)]),
  ]);
  assert.deepEqual(await ipvsadm.apply(await planFor(desired)), { refused: [] });
  assert.deepEqual(await planFor(desired), []);
  const { shape, counters } = await ipvsadm.readProc();
  assert.equal(shapeDifference(shapeOf(desired), shape), null);
  const idle = { activeConnections: 0, inactiveConnections: 0 };
  assert.deepEqual(counters.get("tcp 10.9.0.10:80")?.get("10.0.0.1:80"), idle);
  await ipvsadm.setTimeouts({ tcp: seconds(900), tcpFin: seconds(100), udp: seconds(200) });
  const timeouts = execFileSync("ipvsadm", ["-L", "--timeout"], { encoding: "utf8" });
  assert.match(timeouts, /: 900 100 200/);
  const found = { tcp: seconds(900), tcpFin: seconds(100), udp: seconds(200) };
  assert.deepEqual(await ipvsadm.readTimeouts(), found);
  assert.deepEqual(await ipvsadm.apply(await planFor(new Map())), { refused: [] });
  assert.deepEqual(await planFor(new Map()), []);
});

test("each refusal of the kernel and of the parser is reported with its change", async () => {
  const desired: Table = new Map([
    service("10.9.0.10", 80, [
      destination("10.0.0.1", 80),
      destination("224.0.0.5", 80),
      destination("10.0.0.3", 80),
    ]),
    service("10.9.0.10", 81, [destination("10.0.0.1", 81)], { scheduler: "nosuch" }),
    service("10.9.0.10", 82, [destination("10.0.0.1", 82)], { schedulerFlags: ["sh-port"] }),
    service("10.9.0.10", 83, [destination("10.0.0.1", 83)]),
  ]);
  const { refused } = await ipvsadm.apply(await planFor(desired));
  const about = refused.map(({ change, reason }) => {
    const name = "destination" in change ? change.destination.identity : change.service.identity;
    return `${"address" in name ? `${name.address}:${name.port}` : "mark"}: ${reason}`;
  });
  assert.equal(about.length, 5, about.join("\n"));
  assert.match(about[0] ?? "", /^224\.0\.0\.5:80: Invalid operation/);
  assert.match(about[1] ?? "", /^10\.9\.0\.10:81: .*not found/);
  assert.match(about[2] ?? "", /^10\.0\.0\.1:81: Service not defined/);
  assert.match(about[3] ?? "", /^10\.9\.0\.10:82: the kept ipvsadm ended with status/);
  assert.match(about[4] ?? "", /^10\.0\.0\.1:82: Service not defined/);
  const rest = await planFor(desired);
  assert.deepEqual(
    rest.map(({ kind }) => kind).toSorted(),
    refused.map(({ change }) => change.kind).toSorted(),
    "all others hold",
  );
});

test("refusals that speak like a barrier are not taken for it", async () => {
  const [, missing] = service("10.9.0.99", 80, [destination("10.0.0.1", 80)]);
  const [one] = missing.destinations.values();
  assert.ok(one !== undefined);
  const changes: Change[] = [
    { kind: "edit-service", service: missing, before: missing },
    { kind: "edit-destination", service: missing.identity, destination: one, before: one },
    { kind: "edit-service", service: missing, before: missing },
    { kind: "add-destination", service: missing.identity, destination: one },
  ];
  const { refused } = await ipvsadm.apply(changes);
  assert.deepEqual(
    refused.map(({ reason }) => reason),
    ["No such service", "Service not defined", "No such service", "Service not defined"],
  );
});

test("somebody who empties the table shows in /proc, and the plan mends it", async (t) => {
  const desired: Table = new Map(
    Array.from({ length: 100 }, (_, index) =>
      service(
        "10.9.0.10",
        1000 + index,
        Array.from({ length: 10 }, (_, at) => destination(`10.0.0.${1 + at}`, 80)),
      ),
    ),
  );
  let start = performance.now();
  const took = (): string => {
    const length = (performance.now() - start).toFixed(1);
    start = performance.now();
    return `${length} ms`;
  };
  const plan = await planFor(desired);
  t.diagnostic(`reading takes ${took()}`);
  assert.deepEqual(await ipvsadm.apply(plan), { refused: [] });
  t.diagnostic(`${plan.length} changes take ${took()}`);
  assert.equal(shapeDifference(shapeOf(desired), (await ipvsadm.readProc()).shape), null);
  t.diagnostic(`a look at /proc takes ${took()}`);
  const web = desired.get("tcp 10.9.0.10:1000") ?? assert.fail();
  const lighter = service("10.9.0.10", 1000, [...web.destinations, destination("10.0.0.1", 80, 5)]);
  const changed: Table = new Map([...desired, lighter]);
  const one = await planFor(changed);
  assert.deepEqual(
    one.map(({ kind }) => kind),
    ["edit-destination"],
  );
  took();
  assert.deepEqual(await ipvsadm.apply(one), { refused: [] });
  t.diagnostic(`one change takes ${took()}`);
  execFileSync("ipvsadm", ["-C"]);
  assert.notEqual(shapeDifference(shapeOf(changed), (await ipvsadm.readProc()).shape), null);
  assert.deepEqual(await ipvsadm.apply(await planFor(changed)), { refused: [] });
  assert.deepEqual(await planFor(changed), []);
});
