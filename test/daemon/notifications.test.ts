import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  type CommandEnd,
  type CommandRun,
  runUnprivileged,
} from "../../src/checks/program/unprivileged.ts";
import { Notifications } from "../../src/daemon/notifications.ts";
import type { EventBody, LvsdEvent } from "../../src/model/event.ts";
import { sentenceOf, severityOf, subjectOf } from "../../src/model/event-text.ts";
import { type Ms, ms, seconds } from "../../src/model/time.ts";
import { now } from "../../src/system/process/clock.ts";
import { eventually, runs as isRunning } from "../system/scripts.ts";

const event = (body: EventBody): LvsdEvent => ({
  ...body,
  at: "2026-01-01T00:00:00.000Z",
  severity: severityOf(body),
  message: sentenceOf(body),
});
const became = (to: "active" | "standby"): LvsdEvent =>
  event({ event: "state", kind: "changed", from: "starting", to, cause: "a test" });
const server = (kind: "up" | "down", name: string): LvsdEvent =>
  event({
    event: "real_server",
    kind,
    virtual_server: "web",
    real_server: name,
    address: "192.0.2.1:80",
    cause: "a test",
  });

const done: CommandEnd = {
  kind: "ended",
  status: 0,
  killedBy: null,
  output: Buffer.alloc(0),
  complaint: Buffer.alloc(0),
};

/** A command that ends when the test says so, and what it was told. */
function scripted() {
  const runs: CommandRun[] = [];
  const ends: ((end: CommandEnd) => void)[] = [];
  const reported: EventBody[] = [];
  const notifications = new Notifications({
    run: (run) => {
      runs.push(run);
      return new Promise((resolve) => {
        ends.push(resolve);
        run.signal.addEventListener("abort", () => resolve({ kind: "late" }));
      });
    },
    report: (body) => reported.push(body),
    now,
    deadline: seconds(10),
    router: () => ({ role: "primary", state: "active" }),
  });
  notifications.configure({ command: "/bin/told", args: ["-v"] });
  const told = (): string[] =>
    runs.map(({ environment: { LVSD_ABOUT, LVSD_KIND, LVSD_TO, LVSD_SKIPPED } }) =>
      [LVSD_ABOUT, LVSD_TO ?? LVSD_KIND, LVSD_SKIPPED].join(" "),
    );
  const end = async (how: CommandEnd, count: number): Promise<void> => {
    await eventually(`run ${count}`, () => runs.length === count);
    ends[count - 1]?.(how);
  };
  return { notifications, runs, reported, told, end };
}

/** With commands that are run. */
function real(deadline: Ms, role: "primary" | "backup" = "primary") {
  const reported: EventBody[] = [];
  const notifications = new Notifications({
    run: runUnprivileged,
    report: (body) => reported.push(body),
    now,
    deadline,
    router: () => ({ role, state: "active" }),
  });
  return { notifications, reported };
}

describe("notify.command", () => {
  it("gets one event at a time, and the newest of each subject", async () => {
    const { notifications, told, end, runs } = scripted();
    notifications.take(became("active"));
    await eventually("the first is told", () => runs.length === 1);
    notifications.take(became("standby"));
    notifications.take(server("down", "rs1"));
    notifications.take(became("active"));
    notifications.take(server("up", "rs2"));
    assert.equal(runs.length, 1, "the others wait for the first to end");
    for (const count of [1, 2, 3, 4]) await end(done, count);
    assert.deepEqual(told(), [
      "router active 0",
      "real_server web/rs1 down 0",
      "router active 1",
      "real_server web/rs2 up 0",
    ]);
    await notifications.stop();
  });

  it("keeps one event a subject in a burst, in the order of the newest ones", async () => {
    const { notifications, told, end, runs } = scripted();
    notifications.take(became("standby"));
    await eventually("the first is told", () => runs.length === 1);
    for (let count = 0; count < 3000; count++) {
      notifications.take(server(count % 2 === 0 ? "down" : "up", "rs1"));
      notifications.take(server("down", `rs${2 + (count % 2)}`));
    }
    notifications.take(became("active"));
    for (const count of [1, 2, 3, 4, 5]) await end(done, count);
    await notifications.stop();
    assert.deepEqual(told(), [
      "router standby 0",
      "real_server web/rs2 down 1499",
      "real_server web/rs1 up 2999",
      "real_server web/rs3 down 1499",
      "router active 0",
    ]);
  });

  it("is not started in the same turn as the event: that belongs to the failover", async () => {
    const { notifications, runs, end } = scripted();
    notifications.take(became("active"));
    assert.equal(runs.length, 0);
    await end(done, 1);
    await notifications.stop();
  });

  const failures: [string, CommandEnd, RegExp][] = [
    ["status", { ...done, status: 3 }, /^status 3$/],
    [
      "complaint",
      { ...done, status: 3, complaint: Buffer.from("no\nmail") },
      /^status 3: no mail$/,
    ],
    ["signal", { ...done, status: null, killedBy: "SIGSEGV" }, /^ended by SIGSEGV$/],
    ["start", { kind: "not-started", why: new Error("no memory") }, /^no memory$/],
    ["output", { kind: "too-long" }, /^it printed without end$/],
  ];
  for (const [what, how, text] of failures)
    it(`fails by its ${what}, which is an event, and goes on`, async () => {
      const { notifications, reported, end } = scripted();
      notifications.take(became("active"));
      notifications.take(server("up", "rs1"));
      await end(how, 1);
      await end(done, 2);
      await eventually("both have ended", () => reported.length === 2);
      const [first, second] = reported;
      assert.ok(first?.event === "notify" && first.kind === "failed");
      assert.match(first.text, text);
      assert.ok(second?.event === "notify" && second.kind === "told");
      await notifications.stop();
    });

  it("gets what still waits when lvsd ends, and is ended then", async () => {
    const { notifications, told, reported } = scripted();
    notifications.take(became("standby"));
    await notifications.stop();
    assert.deepEqual(told(), ["router standby 0"]);
    const [last] = reported;
    assert.ok(last?.event === "notify" && last.kind === "failed");
    assert.equal(last.text, "lvsd ended before it did");
  });

  it("is killed at its deadline with all that it started, and the next event is passed on", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-notify-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "pid");
    const { notifications, reported } = real(ms(2000));
    const hangs = `test "$LVSD_ABOUT" != router || { sleep 61 & echo $! > ${file}; sleep 61; }`;
    notifications.configure({ command: "/bin/sh", args: ["-c", hangs] });
    notifications.take(became("active"));
    notifications.take(server("up", "rs1"));
    await eventually("both have ended", () => reported.length === 2);
    assert.deepEqual(
      reported.map((each) => (each.event === "notify" && "text" in each ? each.text : each.kind)),
      ["killed after 2s", "told"],
    );
    const pid = Number(readFileSync(file, "utf8"));
    await eventually("nothing of it is left", () => !isRunning(pid));
    await notifications.stop();
  });

  it("gets nothing once it is taken out of the configuration", async () => {
    const { notifications, runs } = scripted();
    notifications.take(became("active"));
    notifications.configure(null);
    notifications.take(became("standby"));
    await notifications.stop();
    assert.deepEqual(runs, []);
  });

  it("does not get its own end, nor what is no state", () => {
    assert.equal(subjectOf({ event: "notify", kind: "told", subject: "router", took_ms: 1 }), null);
    assert.equal(subjectOf({ event: "process", kind: "stopping", cause: "a test" }), null);
    assert.equal(
      subjectOf({ event: "service", kind: "failed", service: "mail", cause: "a test" }),
      "service mail",
    );
    assert.equal(
      subjectOf({ event: "fault", kind: "raised", subject: "eth0", text: "" }),
      "fault eth0",
    );
  });

  it("reads the event as JSON, and finds it in its environment", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "lvsd-notify-"));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "told");
    const { notifications, reported } = real(seconds(10), "backup");
    const script = `cat > ${file}; env | grep ^LVSD_ | sort > ${file}.env`;
    notifications.configure({ command: "/bin/sh", args: ["-c", script] });
    notifications.take(became("active"));
    await eventually("it was told", () => reported.length === 1);
    assert.equal(reported[0]?.kind, "told");
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), {
      ...became("active"),
      about: "router",
      skipped: 0,
      router_role: "backup",
      router_state: "active",
    });
    assert.deepEqual(readFileSync(`${file}.env`, "utf8").trim().split("\n"), [
      "LVSD_ABOUT=router",
      "LVSD_AT=2026-01-01T00:00:00.000Z",
      "LVSD_CAUSE=a test",
      "LVSD_EVENT=state",
      "LVSD_FROM=starting",
      "LVSD_KIND=changed",
      `LVSD_MESSAGE=${became("active").message}`,
      "LVSD_ROUTER_ROLE=backup",
      "LVSD_ROUTER_STATE=active",
      "LVSD_SEVERITY=info",
      "LVSD_SKIPPED=0",
      "LVSD_TO=active",
    ]);
    await notifications.stop();
  });
});

it("a command whose start throws is that notification's failure, and the next is run", async () => {
  const reported: EventBody[] = [];
  let count = 0;
  const notifications = new Notifications({
    run: () => {
      count += 1;
      if (count === 1) throw new Error("spawn E2BIG");
      return count === 2 ? Promise.reject(new Error("no descriptor")) : Promise.resolve(done);
    },
    report: (body) => reported.push(body),
    now,
    deadline: seconds(10),
    router: () => ({ role: "primary", state: "active" }),
  });
  notifications.configure({ command: "/bin/told", args: [] });
  for (const one of [became("active"), server("down", "rs1"), server("down", "rs2")])
    notifications.take(one);
  await eventually("three ends", () => reported.length === 3);
  assert.deepEqual(
    reported.map((body) => [body.event, body.event === "notify" && body.kind]),
    [
      ["notify", "failed"],
      ["notify", "failed"],
      ["notify", "told"],
    ],
  );
  await notifications.stop();
});
