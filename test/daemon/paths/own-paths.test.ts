/** The standby's tries of its own way: when, how many, and what is reported. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import type { VirtualServer } from "../../../src/config/config.ts";
import { OwnPaths } from "../../../src/daemon/paths/own-paths.ts";
import { type Nanny, nannyRules, startNanny, step } from "../../../src/health/nanny.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { type Instant, instant, ms } from "../../../src/model/time.ts";
import { realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const passed: Tried = { kind: "passed", took: ms(1) };
const failed: Tried = { kind: "failed", reason: "timeout", why: "no connection", took: ms(1) };

/** A standby with a clock of the test's; all real servers are up by the peer's word. */
function standby(servers: readonly VirtualServer[], answer: (host: string) => Tried) {
  let now: Instant = instant(0);
  let alarm: { wake: () => void; at: Instant | null } = { wake: () => {}, at: null };
  const tries: { readonly at: number; readonly host: string }[] = [];
  const reports: EventBody[] = [];
  const nannies = servers.flatMap((server) =>
    server.realServers.map((real): Nanny => {
      const nanny = startNanny(nannyRules(server, real), now);
      return step(nanny, { kind: "learned", standing: "up" }, now);
    }),
  );
  const paths = new OwnPaths({
    now: () => now,
    openAlarm(wake) {
      alarm = { wake, at: null };
      return {
        at: (when) => {
          alarm.at = when;
        },
        close: () => {
          alarm.at = null;
        },
      };
    },
    async run(_check, endpoint) {
      tries.push({ at: now, host: endpoint.address });
      return answer(endpoint.address);
    },
    nannies: () => nannies,
    nanny: (key) => nannies.find(({ rules }) => rules.key === key) ?? null,
    report: (event) => reports.push(event),
  });
  return {
    paths,
    tries,
    reports,
    /** Lets so many ms pass, each try to its end. */
    async pass(length: number) {
      const until = instant(now + length);
      while (alarm.at !== null && alarm.at <= until) {
        now = alarm.at;
        alarm.at = null;
        alarm.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = until;
    },
  };
}

const server = (name: string, count: number, changes: Partial<VirtualServer> = {}) =>
  virtualServer(name, {
    realServers: Array.from({ length: count }, (_, at) =>
      realServer(`rs${at}`, { address: address(`10.0.0.${at}`) }),
    ),
    ...changes,
  });

describe("the standby's own ways", () => {
  it("are tried once a minute, one after the other, each once for all who have it", async () => {
    const both = [server("web", 60), server("shop", 60, { port: 81 })];
    const { paths, tries, pass } = standby(both, () => passed);
    paths.configure();
    await pass(600_000);
    assert.equal(tries.length, 0, "a router that checks makes no other tries");
    paths.believe(true);
    await pass(60_000);
    assert.equal(tries.length, 60);
    const gaps = tries.slice(1).map(({ at }, index) => at - (tries[index]?.at ?? 0));
    assert.ok(Math.min(...gaps) >= 999, "one a second");
    await pass(600_000);
    assert.equal(tries.length, 660);
    assert.deepEqual(paths.status("shop/rs3"), { reached: true, why: null });
  });

  it("that are lost are shown and reported once, and when they are back", async () => {
    let cut = true;
    const answer = (host: string) => (cut && host === "10.0.0.1" ? failed : passed);
    const { paths, reports, pass } = standby([server("web", 3)], answer);
    paths.configure();
    paths.believe(true);
    await pass(200_000);
    assert.deepEqual(paths.status("web/rs1"), { reached: false, why: "no connection" });
    assert.deepEqual(paths.status("web/rs0"), { reached: true, why: null });
    const said = () => reports.map((each) => `${each.kind} ${JSON.stringify(each)}`);
    assert.equal(said().length, 1);
    assert.match(said()[0] ?? "", /^unreached .*"web\/rs1".*no connection/);
    cut = false;
    await pass(60_000);
    assert.equal(said().length, 2);
    assert.match(said()[1] ?? "", /^reached /);
    paths.believe(false);
    assert.equal(paths.status("web/rs0"), null, "the active router shows nothing of it");
  });

  it("survive a reload, and nothing is tried after the end", async () => {
    const { paths, tries, pass } = standby([server("web", 2)], () => failed);
    paths.configure();
    paths.believe(true);
    await pass(200_000);
    paths.configure();
    assert.equal(paths.status("web/rs1")?.reached, false);
    paths.close();
    const before = tries.length;
    await pass(200_000);
    assert.equal(tries.length, before);
  });

  it("are all tried although the configuration is taken over anew all the time", async () => {
    const { paths, tries, pass } = standby([server("web", 60)], () => passed);
    paths.configure();
    paths.believe(true);
    for (let count = 0; count < 12; count++) {
      await pass(10_000);
      paths.configure();
    }
    assert.equal(new Set(tries.map(({ host }) => host)).size, 60);
    assert.equal(tries.length, 120);
  });

  it("do not exist for a file of this machine, nor for a server that is not checked", async () => {
    const unchecked = [realServer("rs0", { check: { type: "none" } })];
    const fileCheck = { ...tcpCheck(), type: "file", file: "/etc/up" } as never;
    const ofFile = [realServer("rs1", { check: fileCheck })];
    const { paths, tries, pass } = standby(
      [server("web", 0, { realServers: [...unchecked, ...ofFile] })],
      () => passed,
    );
    paths.configure();
    paths.believe(true);
    await pass(200_000);
    assert.equal(tries.length, 0);
  });
});
