import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { desiredTable } from "../../../src/table/desired.ts";
import { until } from "../../checks/servers.ts";
import { realServer, tcpCheck } from "../../table/configs.ts";
import { failure, farm, intervals, pass, passed, quick, watched, web } from "./nursery.ts";

/** Runs until the signal ends it. */
const hang = (_endpoint: Endpoint, signal: AbortSignal): Promise<Tried> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(failure("timeout", "told to stop")));
  });

describe("the nannies", () => {
  it("check at once and report what has changed, with its cause", async (context) => {
    const { nannies, changes, state } = watched(context);
    nannies.configure(web(farm(1)));
    assert.equal(state("web/rs0"), "checking");
    await nannies.firstRound();
    assert.equal(state("web/rs0"), "up");
    assert.deepEqual(changes, [
      { key: "web/rs0", before: null, after: "checking", cause: "not checked yet" },
      { key: "web/rs0", before: "checking", after: "up", cause: "a check passed" },
    ]);
    assert.equal(nannies.health().get("web/rs0")?.tableWeight, 1);
  });

  it("begin with all checks within a second and spread them over the interval", async (context) => {
    const { nannies, starts } = watched(context);
    const began = now();
    nannies.configure(web(farm(200, tcpCheck({ interval: ms(400) }))));
    await nannies.firstRound();
    assert.equal(new Set(starts.map(({ endpoint }) => endpoint)).size, 200);
    assert.ok(starts.length < 400, `${starts.length} tries in the first round`);
    starts.length = 0;
    await until("two more rounds", () => starts.length >= 500);
    const ten = Array.from({ length: 10 }, () => 0);
    for (const { at } of starts.slice(100)) {
      const tenth = Math.floor(((at - began) % 400) / 40);
      ten[tenth] = (ten[tenth] ?? 0) + 1;
    }
    assert.ok(Math.min(...ten) >= 15, `starts by tenth of the interval: ${ten}`);
  });

  it("take down after `fall` failures, with the reason, and count them", async (context) => {
    let answer = pass();
    const { nannies, changes, state } = watched(context, () => answer);
    nannies.configure(web(farm(1)));
    await nannies.firstRound();
    answer = failure("unexpected", "status 503, expected 200-299");
    await until("it is down", () => state("web/rs0") === "down");
    assert.equal(changes.at(-1)?.cause, "status 503, expected 200-299 (2 tries in a row)");
    assert.equal(nannies.health().get("web/rs0")?.tableWeight, null);
    assert.deepEqual(nannies.failures(), { unexpected: 2 });
  });

  it("bring a server back after its reentry wait, without a try at that instant", async (context) => {
    let answer = failure("unreachable", "connection refused");
    const { nannies, state } = watched(context, () => answer);
    const check = tcpCheck({ interval: ms(50), fall: 1 });
    nannies.configure(web(farm(1, check), { reentry: ms(120) }));
    await until("it is down", () => state("web/rs0") === "down");
    answer = passed;
    await until("it waits", () => state("web/rs0") === "reentry");
    const since = now();
    await until("it is up", () => state("web/rs0") === "up");
    assert.ok(now() - since > 80);
  });

  it("do not blame real servers for what this machine lacks, and say so once", async (context) => {
    let answer = pass();
    const { nannies, starts, reports, state } = watched(context, () => answer);
    nannies.configure(web(farm(1)));
    await nannies.firstRound();
    answer = failure("local", "EMFILE: too many open files");
    starts.length = 0;
    await until("five tries", () => starts.length >= 5);
    assert.equal(state("web/rs0"), "up");
    assert.equal(reports.filter(({ event }) => event === "machine").length, 1);
  });
});

describe("a reload", () => {
  it("leaves an unchanged nanny its state, its counters and the try under way", async (context) => {
    let aborted = 0;
    let release = (_tried: Tried): void => {};
    const { nannies, starts, changes } = watched(context, (_endpoint, signal) => {
      return new Promise((resolve) => {
        release = resolve;
        signal.addEventListener("abort", () => {
          aborted += 1;
          resolve(passed);
        });
      });
    });
    nannies.configure(web(farm(1, { ...quick, timeout: seconds(5), rise: 2 })));
    await until("the first try", () => starts.length === 1);
    release(passed);
    await until("the second try", () => starts.length === 2);
    changes.length = 0;
    nannies.configure(web(farm(2, { ...quick, timeout: seconds(5), rise: 2 })));
    await until("the new server's try", () => starts.length === 3);
    assert.equal(aborted, 0);
    assert.equal(nannies.nanny("web/rs0")?.parts[0]?.passes, 1);
    assert.deepEqual(
      changes.map(({ key }) => key),
      ["web/rs1"],
    );
  });

  it("keeps a server up whose check has changed, and tries the new check at once", async (context) => {
    const { nannies, starts, changes, state } = watched(context);
    nannies.configure(web(farm(1, tcpCheck({ interval: seconds(60) }))));
    await nannies.firstRound();
    changes.length = 0;
    nannies.configure(web(farm(1, tcpCheck({ interval: seconds(60), port: 8080 }))));
    await until("the new check is tried", () => starts.length === 2);
    assert.equal(state("web/rs0"), "up");
    assert.deepEqual(changes, []);
  });

  it("ends the tries of servers that are gone", async (context) => {
    const { nannies, starts } = watched(context, hang);
    nannies.configure(web(farm(3, tcpCheck({ timeout: seconds(30) }))));
    await until("three tries", () => starts.length === 3);
    nannies.configure(web(farm(1, tcpCheck({ timeout: seconds(30) }))));
    assert.deepEqual(
      nannies.all().map(({ rules }) => rules.key),
      ["web/rs0"],
    );
    nannies.configure(web([]));
    assert.deepEqual(nannies.all(), []);
  });

  it("checks no server that is inactive or has no check", async (context) => {
    const { nannies, starts, state } = watched(context);
    const none = realServer("free", { check: { type: "none" } });
    const off = realServer("off", { active: false, check: quick });
    nannies.configure(web([none, off]));
    await nannies.firstRound();
    assert.equal(state("web/free"), "up");
    assert.equal(state("web/off"), "disabled");
    assert.equal(starts.length, 0);
  });
});

describe("a starting daemon", () => {
  for (const order of ["before", "after"] as const)
    it(`counts what it found in the table as up, told ${order} the configuration`, async (context) => {
      const { nannies, state } = watched(context, hang);
      const both = web(farm(2));
      const first = { "web/rs0": { state: "up", tableWeight: 1 } } as const;
      const table = desiredTable(both, new Map(Object.entries(first)));
      if (order === "after") nannies.configure(both);
      assert.deepEqual(nannies.adopt(both, table), { services: 1, destinations: 1 });
      if (order === "before") nannies.configure(both);
      assert.deepEqual([state("web/rs0"), state("web/rs1")], ["up", "checking"]);
      assert.equal(nannies.nanny("web/rs0")?.cause, "found in the table");
    });
});

describe("a standby", () => {
  it("stops checking when it is asked to, believes the peer, and resumes at once", async (context) => {
    const { nannies, starts, state } = watched(context);
    nannies.configure(web(farm(20)));
    await nannies.firstRound();
    nannies.setActiveChecking(false);
    await nannies.firstRound();
    nannies.learn("web/rs3", "down");
    assert.equal(state("web/rs3"), "down");
    const before = starts.length;
    await intervals(4);
    assert.equal(starts.length, before);
    nannies.setActiveChecking(true);
    const tried = () => new Set(starts.slice(before).map(({ endpoint }) => endpoint)).size;
    await until("all are tried", () => tried() === 20);
    assert.equal(state("web/rs3"), "up");
  });

  it("ends tries under way when it stops checking, and ignores their results", async (context) => {
    const { nannies, starts, state } = watched(context, hang);
    nannies.configure(web(farm(1, { ...quick, fall: 1, timeout: seconds(30) })));
    await until("a try", () => starts.length === 1);
    nannies.setActiveChecking(false);
    nannies.setActiveChecking(true);
    await until("a new try", () => starts.length === 2);
    assert.equal(state("web/rs0"), "checking");
  });
});

describe("a refusal of the kernel", () => {
  it("makes the real server down with the kernel's reason until it is accepted", async (context) => {
    const { nannies, state, changes } = watched(context);
    nannies.configure(web(farm(1)));
    await nannies.firstRound();
    nannies.tableRefused("web/rs0", "No such file or directory");
    assert.equal(state("web/rs0"), "down");
    assert.match(changes.at(-1)?.cause ?? "", /No such file or directory/);
    nannies.tableAccepted("web/rs0");
    assert.equal(state("web/rs0"), "up");
  });
});

describe("stopping", () => {
  it("ends all tries, begins none, and says nothing more", async (context) => {
    const { nannies, starts, changes } = watched(context, hang);
    nannies.configure(web(farm(50, tcpCheck({ timeout: seconds(30) }))));
    await until("all tries", () => starts.length === 50);
    const before = changes.length;
    const began = now();
    await nannies.stop();
    assert.ok(now() - began < 500);
    await intervals(3);
    assert.equal(starts.length, 50);
    assert.equal(changes.length, before);
  });
});
