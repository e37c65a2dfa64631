/** The services by which checks are led through IPVS: in the table, and seen by nobody. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RealServer } from "../../src/config/config.ts";
import { withPaths } from "../../src/config/forwarding/paths.ts";
import { planReport } from "../../src/daemon/config/plan-report.ts";
import { DesiredServices } from "../../src/daemon/table/desired-services.ts";
import { parseRates } from "../../src/kernel/ipvs-rates.ts";
import { isPrivate } from "../../src/model/service.ts";
import { describeChange, namesIn } from "../../src/table/describe.ts";
import { desiredTable, notIdle } from "../../src/table/desired.ts";
import { kernelSettings } from "../../src/table/kernel-settings.ts";
import { planChanges } from "../../src/table/plan.ts";
import { privateServices } from "../../src/table/private-services.ts";
import { config, realServer, tcpCheck, vip, virtualServer } from "./configs.ts";
import { address } from "./tables.ts";

const carried = { ...tcpCheck(), via: null };
const served = (changes: Partial<RealServer>) => {
  const real = realServer("rs1", { check: carried, ...changes });
  const given = config(virtualServer("web", { realServers: [real] }));
  return { ...given, vips: [vip("192.0.2.1")], virtualServers: withPaths(given.virtualServers) };
};
const nobody = { get: () => undefined };
const acceptLocal = "net/ipv4/conf/eth0/accept_local";

describe("a private service", () => {
  it("has one destination by the real server's method, whatever its health", () => {
    const nat = [...desiredTable(served({ port: 8080, weight: 0 }), nobody).values()];
    assert.equal(nat.length, 2);
    const found = nat.find(({ identity }) => isPrivate(identity));
    const [destination] = found?.destinations.values() ?? [];
    assert.deepEqual(destination?.identity, { address: "10.0.0.1", port: 8080 });
    assert.deepEqual([destination?.forwarding, destination?.weight], ["nat", 1]);
    const [direct] = privateServices(served({ forwarding: "direct" }));
    const [kept] = direct?.destinations.values() ?? [];
    assert.deepEqual([kept?.identity.port, kept?.forwarding], [0, "direct"]);
  });

  it("is the same object from one look to the next, and gone with its virtual server", () => {
    const given = served({});
    const desired = new DesiredServices(() => nobody);
    desired.configure(given, notIdle);
    assert.equal(desired.table(), desired.table());
    assert.equal(desired.table().size, 2);
    const inactive = given.virtualServers.map((each) => ({ ...each, active: false }));
    assert.deepEqual(privateServices({ ...given, virtualServers: inactive }), []);
  });

  it("is called the way of checks, and is in no plan for operators", async () => {
    const given = served({});
    const table = desiredTable(given, nobody);
    const { changes, foreign } = planChanges(new Map(), table, new Set());
    assert.deepEqual(foreign, []);
    const texts = changes.map((change) => describeChange(change, namesIn(given)).text);
    assert.match(texts.join("\n"), /add way of checks \(fwmark \d+\): scheduler rr/);
    const plan = async () => ({ changes, foreign });
    const report = await planReport(given, given, nobody, plan);
    assert.deepEqual(
      report.changes.map(({ subject }) => subject),
      ["web"],
    );
    assert.equal(report.unchanged_services, 0);
  });

  it("has no rates", () => {
    const [service] = privateServices(served({}));
    const mark = service?.identity.kind === "fwmark" ? service.identity.fwmark : 0;
    const listing = `FWM  ${mark}                                 1        1        1        1        1
  -> 10.0.0.1:80                         1        1        1        1        1
FWM  7                                   1        1        1        1        1
`;
    const rates = parseRates(listing);
    assert.ok(Array.isArray(rates));
    assert.deepEqual(
      rates.map((each) => each.service),
      ["fwmark 7"],
    );
  });
});

describe("answers from the VIP", () => {
  it("need accept_local on the VIP's device, in IPv4 and without NAT", () => {
    const names = (changes: Partial<RealServer>) =>
      kernelSettings(served(changes)).map(({ name }) => name);
    assert.ok(names({ forwarding: "direct" }).includes(acceptLocal));
    assert.ok(names({ forwarding: "tunnel" }).includes(acceptLocal));
    assert.ok(!names({}).includes(acceptLocal));
    assert.ok(!names({ forwarding: "direct", check: tcpCheck() }).includes(acceptLocal));
    assert.ok(!names({ address: address("2001:db8::1"), check: tcpCheck() }).includes(acceptLocal));
  });
});
