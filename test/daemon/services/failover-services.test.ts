import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { failed } from "../../../src/checks/check-result.ts";
import {
  type CommandEnd,
  type CommandRun,
  type RunCommand,
  runUnprivileged,
} from "../../../src/checks/program/unprivileged.ts";
import type { Check, ServiceConfig } from "../../../src/config/config.ts";
import { FailoverServices } from "../../../src/daemon/services/failover-services.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { eventually } from "../../system/scripts.ts";

const tcp: Check = {
  ...{ type: "tcp", tls: null, interval: ms(10), timeout: ms(500), fall: 2, rise: 1 },
  ...{ address: null, port: 25 },
};

const service = (name: string, more: Partial<ServiceConfig> = {}): ServiceConfig => ({
  name,
  start: { command: "/bin/on", args: [name] },
  stop: { command: "/bin/off", args: [name] },
  timeout: seconds(5),
  check: { type: "none" },
  ...more,
});

const ended = (status: number): CommandEnd => ({
  ...{ kind: "ended", status, killedBy: null },
  ...{ output: Buffer.alloc(0), complaint: Buffer.from(status === 0 ? "" : "no disk\n") },
});

interface Run extends CommandRun {
  readonly end: (status: number) => void;
}

/**
 * The services with commands that end when the test says so, and a check that says what it says.
 */
function attended(t: TestContext, runCommand: RunCommand | null = null) {
  const runs: Run[] = [];
  const events: EventBody[] = [];
  const tries: { readonly endpoint: string; readonly signal: AbortSignal }[] = [];
  const check: { says: string | null } = { says: null };
  const scripted: RunCommand = (run) =>
    new Promise((resolve) => {
      runs.push({ ...run, end: (status) => resolve(ended(status)) });
      run.signal.addEventListener("abort", () => resolve({ kind: "late" }));
    });
  const services = new FailoverServices({
    runCommand: runCommand ?? scripted,
    runCheck: async (_check, endpoint, signal): Promise<Tried> => {
      tries.push({ endpoint: `${endpoint.address}:${endpoint.port}`, signal });
      const took = ms(1);
      if (check.says === null) return { kind: "passed", took };
      const reason = check.says === "no descriptors" ? "local" : "unreachable";
      return { ...failed(reason, check.says), took };
    },
    now,
    report: (event) => events.push(event),
    changed: () => {},
    role: () => "primary",
  });
  t.after(() => services.leave());
  const ran = (): string[] => runs.map(({ command, args }) => [command, ...args].join(" "));
  const run = async (count: number): Promise<Run> => {
    await eventually(`command ${count}`, () => runs.length >= count);
    return runs[count - 1] ?? assert.fail();
  };
  const is = (name: string, state: string): Promise<void> =>
    eventually(`${name} is ${state}`, () =>
      services.pictures().some((each) => each.name === name && each.state === state),
    );
  return { services, runs, ran, run, is, events, tries, check };
}

describe("failover services", () => {
  it("are stopped on a standby, started on the active router, and told who and what they are", async (t) => {
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
