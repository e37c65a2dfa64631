import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { ServiceConfig } from "../../../src/config/config.ts";
import { seconds } from "../../../src/model/time.ts";
import { attended, service } from "./controlled.ts";

describe("failover services", () => {
  it("are stopped on a standby, started on the active router, and have their names in the environment", async (t) => {
    const { services, ran, run, is, events } = attended(t);
    services.configure([service("mail")]);
    services.goal("rest", false);
    (await run(1)).end(0);
    await is("mail", "stopped");
    services.goal("run", false);
    const start = await run(2);
    assert.deepEqual(start.environment, {
      LVSD_SERVICE: "mail",
      LVSD_SERVICE_COMMAND: "start",
      LVSD_ROUTER_ROLE: "primary",
    });
    assert.equal(start.leavesBehind, true);
    start.end(0);
    await is("mail", "running");
    assert.deepEqual(ran(), ["/bin/off mail", "/bin/on mail"]);
    assert.deepEqual(
      events.map(({ event, kind }) => `${event} ${kind}`),
      ["service stopped", "service running"],
    );
  });

  it("do not begin in the turn in which the router became active: that one is the VIPs'", async (t) => {
    const { services, runs, run } = attended(t);
    services.configure([service("mail")]);
    services.goal("run", false);
    assert.equal(runs.length, 0);
    services.goal("rest", false);
    await run(1);
    services.goal("run", false);
    assert.deepEqual(
      runs.map(({ command }) => command),
      ["/bin/off"],
      "an activation that lasts no time starts nothing",
    );
  });

  it("have their commands under way at once, one for each service", async (t) => {
    const { services, ran, run } = attended(t);
    services.configure([service("a"), service("b")]);
    services.goal("run", false);
    await run(2);
    services.goal("rest", false);
    await run(4);
    assert.deepEqual(ran(), ["/bin/on a", "/bin/on b", "/bin/off a", "/bin/off b"]);
  });

  it("make the router unfit by a start that fails, and speak against a failback until a reload", async (t) => {
    const { services, run, is, events } = attended(t);
    services.configure([service("mail")]);
    services.goal("run", false);
    assert.deepEqual(services.faults(), []);
    assert.equal(services.missing(), null);
    (await run(1)).end(3);
    await is("mail", "failed");
    assert.deepEqual(services.faults(), [
      {
        kind: "service",
        subject: "mail",
        text: "service mail: start failed: status 3: no disk",
      },
    ]);
    services.goal("rest", false);
    (await run(2)).end(0);
    await is("mail", "stopped");
    assert.equal(services.faults().length, 1, "it is held against the router");
    assert.match(services.missing() ?? "", /service mail failed here/);
    services.configure([service("mail")]);
    assert.deepEqual(services.faults(), []);
    assert.equal(services.missing(), null);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["failed", "stopped"],
    );
  });
});

describe("a reload of failover services", () => {
  const running = async (t: TestContext, configured: readonly ServiceConfig[]) => {
    const all = attended(t);
    all.services.configure(configured);
    all.services.goal("run", false);
    for (const [index, { name }] of configured.entries()) {
      (await all.run(index + 1)).end(0);
      await all.is(name, "running");
    }
    return all;
  };
  const otherStart = { command: "/bin/better-on", args: [] };
  const otherStop = { command: "/bin/better-off", args: [] };

  it("starts what is new, stops what is gone, and leaves the rest alone", async (t) => {
    const { services, ran, run } = await running(t, [service("a"), service("b")]);
    services.configure([service("b", { timeout: seconds(1) }), service("c")]);
    (await run(3)).end(0);
    (await run(4)).end(0);
    assert.deepEqual(ran().slice(2).sort(), ["/bin/off a", "/bin/on c"]);
    assert.deepEqual(
      services.pictures().map(({ name }) => name),
      ["b", "c"],
    );
  });

  it("stops by the old stop what was started by the old start", async (t) => {
    const { services, ran, run } = await running(t, [service("a")]);
    services.configure([service("a", { start: otherStart, stop: otherStop })]);
    (await run(2)).end(0);
    (await run(3)).end(0);
    services.goal("rest", false);
    await run(4);
    assert.deepEqual(ran(), ["/bin/on a", "/bin/off a", "/bin/better-on", "/bin/better-off"]);
  });

  it("takes another stop for what runs by the same start", async (t) => {
    const { services, ran, run } = await running(t, [service("a")]);
    services.configure([service("a", { stop: otherStop })]);
    services.goal("rest", false);
    await run(2);
    assert.deepEqual(ran(), ["/bin/on a", "/bin/better-off"]);
  });

  it("that takes a service back before it has stopped starts it after the stop", async (t) => {
    const { services, ran, run, is } = await running(t, [service("a")]);
    services.configure([]);
    const stop = await run(2);
    services.configure([service("a")]);
    stop.end(0);
    (await run(3)).end(0);
    await is("a", "running");
    assert.deepEqual(ran(), ["/bin/on a", "/bin/off a", "/bin/on a"]);
  });

  it("to other commands runs none on a standby", async (t) => {
    const { services, run, is, ran } = attended(t);
    services.configure([service("a")]);
    services.goal("rest", false);
    (await run(1)).end(0);
    await is("a", "stopped");
    services.configure([service("a", { start: otherStart, stop: otherStop })]);
    services.goal("run", false);
    await run(2);
    assert.deepEqual(ran(), ["/bin/off a", "/bin/better-on"]);
  });
});

describe("failover services over a restart of lvsd", () => {
  const { name, start, stop } = service("mail");

  it("go on: the next process knows what runs, and runs no command for it", async (t) => {
    const before = attended(t);
    before.services.configure([service("mail"), service("reports")]);
    before.services.goal("run", false);
    (await before.run(1)).end(0);
    await before.is("mail", "running");
    const left = before.services.leave();
    assert.deepEqual(left, [{ name, start, stop }]);
    const after = attended(t);
    after.services.recall(left);
    after.services.configure([service("mail"), service("reports")]);
    after.services.goal("run", false);
    await after.run(1);
    assert.deepEqual(after.ran(), ["/bin/on reports"]);
    assert.equal(after.services.pictures()[0]?.state, "running");
  });

  it("are stopped by their own stop when they are no longer configured", async (t) => {
    const { services, ran, run } = attended(t);
    services.recall([{ name, start, stop }]);
    services.configure([]);
    await run(1);
    assert.deepEqual(ran(), ["/bin/off mail"]);
  });

  it("are started anew when their start is another one by now", async (t) => {
    const { services, ran, run } = attended(t);
    services.recall([{ name, start, stop }]);
    services.configure([service("mail", { start: { command: "/bin/better-on", args: [] } })]);
    services.goal("run", false);
    (await run(1)).end(0);
    await run(2);
    assert.deepEqual(ran(), ["/bin/off mail", "/bin/better-on"]);
  });
});
