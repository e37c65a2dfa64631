import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runUnprivileged } from "../../../src/checks/program/unprivileged.ts";
import type { Check } from "../../../src/config/config.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { eventually } from "../../system/scripts.ts";
import { attended, service } from "./controlled.ts";

const tcp: Check = {
  type: "tcp",
  tls: null,
  interval: ms(10),
  timeout: ms(500),
  fall: 2,
  rise: 1,
  address: null,
  port: 25,
};

describe("a failover service with a check", () => {
  const withCheck = [service("mail", { check: tcp })];

  it("is looked for on loopback, runs once it answers, and fails when it ceases to", async (t) => {
    const { services, run, is, tries, check } = attended(t);
    check.says = "connection refused";
    services.configure(withCheck);
    services.goal("run", false);
    const start = await run(1);
    assert.equal(tries.length, 0, "it is not tried while it is being started");
    start.end(0);
    await eventually("it is tried again and again", () => tries.length > 3);
    assert.equal(services.pictures()[0]?.state, "starting");
    assert.deepEqual(services.faults(), [], "until the timeout of its start is over");
    check.says = null;
    await is("mail", "running");
    assert.equal(tries[0]?.endpoint, "127.0.0.1:0");
    check.says = "connection refused";
    await is("mail", "failed");
    assert.equal(
      services.faults()[0]?.text,
      "service mail: its check failed: connection refused (2 tries in a row)",
    );
  });

  it("is not judged by what this machine lacks", async (t) => {
    const { services, run, is, tries, check } = attended(t);
    services.configure(withCheck);
    services.goal("run", false);
    (await run(1)).end(0);
    await is("mail", "running");
    check.says = "no descriptors";
    const before = tries.length;
    await eventually("some tries go by", () => tries.length > before + 5);
    assert.equal(services.pictures()[0]?.state, "running");
  });

  it("is no longer tried once it is to be stopped", async (t) => {
    const { services, run, is, tries } = attended(t);
    services.configure(withCheck);
    services.goal("run", false);
    (await run(1)).end(0);
    await is("mail", "running");
    services.goal("rest", false);
    await run(2);
    assert.ok(tries.at(-1)?.signal.aborted);
  });
});

describe("standing down", () => {
  it("waits for every stop, and for none where there is nothing to stop", async (t) => {
    const none = attended(t);
    none.services.configure([]);
    await none.services.standDown();
    const { services, run, is } = attended(t);
    services.configure([service("a"), service("b")]);
    services.goal("run", false);
    for (const count of [1, 2]) (await run(count)).end(0);
    for (const each of ["a", "b"]) await is(each, "running");
    let isDown = false;
    const down = services.standDown().then(() => {
      isDown = true;
    });
    (await run(3)).end(0);
    await run(4);
    assert.equal(isDown, false);
    (await run(4)).end(1);
    await down;
  });

  it("gives up a start that hangs, and then stops", async (t) => {
    const { services, ran, run } = attended(t);
    services.configure([service("a")]);
    services.goal("run", false);
    const start = await run(1);
    const down = services.standDown();
    (await run(2)).end(0);
    assert.ok(start.signal.aborted);
    await down;
    assert.deepEqual(ran(), ["/bin/on a", "/bin/off a"]);
  });

  it("ends after 2 s whatever hangs, and the end of lvsd waits no second time", async (t) => {
    const { services } = attended(t, runUnprivileged);
    const hangs = { command: "/bin/sleep", args: ["61"] };
    services.configure([service("a", { stop: hangs, timeout: seconds(60) })]);
    const began = now();
    await services.standDown();
    const waited = now() - began;
    assert.ok(waited >= 1990 && waited < 10_000, `${waited} ms`);
    const again = now();
    await services.stop();
    assert.ok(now() - again < 1500);
  });
});
