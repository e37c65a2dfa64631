/** Tries that do not wait for their turn. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { nextRepeat } from "../../../src/daemon/health/hurry.ts";
import { Nannies } from "../../../src/daemon/health/nannies.ts";
import { makeProbe } from "../../../src/daemon/health/probe.ts";
import { instant, ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { until } from "../../checks/servers.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const passed: Tried = { kind: "passed", took: ms(1) };
const refused: Tried = { kind: "failed", reason: "unreachable", why: "refused", took: ms(1) };
const local: Tried = { kind: "failed", reason: "local", why: "EMFILE", took: ms(1) };
const rare = tcpCheck({ interval: seconds(60), timeout: seconds(2), fall: 3 });

/** One real server that is up, checked once a minute; its tries end as `answer` says. */
async function upServer(context: TestContext) {
  const given = { tries: 0, answer: async (): Promise<Tried> => passed };
  const nannies = new Nannies({
    now,
    run: () => {
      given.tries += 1;
      return given.answer();
    },
    changed: () => {},
    report: () => {},
  });
  context.after(() => nannies.stop());
  nannies.configure(
    config(virtualServer("web", { realServers: [realServer("rs1", { check: rare })] })),
  );
  await nannies.firstRound();
  const state = () => nannies.nanny("web/rs1")?.health.state;
  assert.equal(state(), "up");
  given.tries = 0;
  return { nannies, given, state };
}

describe("a hurried check", () => {
  it("is tried at once, and again until as many failed as make the server down", async (context) => {
    const { nannies, given, state } = await upServer(context);
    given.answer = async () => refused;
    const began = now();
    const outcome = await nannies.hurry("web/rs1");
    assert.equal(outcome, "failed");
    assert.equal(given.tries, 3);
    assert.equal(state(), "down");
    assert.ok(now() - began >= 18, "a moment lies between the tries");
  });

  it("ends with the first try that passes, and then the rhythm is as before", async (context) => {
    const { nannies, given, state } = await upServer(context);
    given.answer = async () => (given.tries === 1 ? refused : passed);
    assert.equal(await nannies.hurry("web/rs1"), "passed");
    assert.equal(given.tries, 2);
    assert.equal(state(), "up");
  });

  it("does not believe a try that had begun before", async (context) => {
    const { nannies, given, state } = await upServer(context);
    const early = Promise.withResolvers<Tried>();
    given.answer = () => (given.tries === 1 ? early.promise : Promise.resolve(refused));
    const first = nannies.hurry("web/rs1");
    await until("the first try is under way", () => given.tries === 1);
    const began = now();
    await until("time has passed", () => now() > began);
    const second = nannies.hurry("web/rs1");
    early.resolve(passed);
    assert.deepEqual(await Promise.all([first, second]), ["failed", "failed"]);
    assert.equal(given.tries, 4);
    assert.equal(state(), "down");
  });

  it("knows nothing where this machine is to blame, nothing is checked, or the end has come", async (context) => {
    const { nannies, given, state } = await upServer(context);
    given.answer = async () => local;
    assert.equal(await nannies.hurry("web/rs1"), "unknown");
    assert.equal(state(), "up");
    assert.equal(await nannies.hurry("web/rs9"), "unknown");
    given.answer = () => new Promise(() => {});
    const asked = nannies.hurry("web/rs1");
    nannies.setActiveChecking(false);
    assert.equal(await asked, "unknown");
    assert.equal(await nannies.hurry("web/rs1"), "unknown");
  });
});

describe("a check with fall_interval", () => {
  const sooner = { ...rare, fallInterval: ms(20) };

  it("finds a failed real server down without waiting for its interval", async (context) => {
    let tries = 0;
    const nannies = new Nannies({
      now,
      run: async () => {
        tries += 1;
        return refused;
      },
      changed: () => {},
      report: () => {},
    });
    context.after(() => nannies.stop());
    const servers = [realServer("rs1", { check: sooner })];
    nannies.configure(config(virtualServer("web", { realServers: servers })));
    await until("it is down", () => nannies.nanny("web/rs1")?.health.state === "down");
    assert.equal(tries, 3);
  });

  it("is tried again that long after the start of a failed try, until it is down or passes", () => {
    const probe = makeProbe("", sooner, { address: address("10.0.0.1"), port: 80 }, 0);
    const start = instant(5000);
    const next = (tried: Tried) => nextRepeat(probe, start, tried, () => 3);
    assert.equal(next(passed), null);
    assert.deepEqual([next(refused), next(local), next(refused)], [5020, 5020, 5020]);
    assert.equal(next(refused), null, "it is down, and has no hurry");
    assert.deepEqual([next(passed), next(refused)], [null, 5020]);
    const plain = makeProbe("", rare, { address: address("10.0.0.1"), port: 80 }, 0);
    assert.equal(
      nextRepeat(plain, start, refused, () => 3),
      null,
      "none is given",
    );
  });
});
