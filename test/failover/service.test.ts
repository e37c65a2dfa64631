import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type FailoverService,
  isChecked,
  type Order,
  type ServiceInput,
  serviceWakeAt,
  startService,
  stepService,
} from "../../src/failover/service.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../src/model/time.ts";

const plain = { timeout: seconds(30), checked: false, fall: 2, rise: 1 };
const checked = { ...plain, checked: true };

/** One service with a clock of its own, and every order that it gave. */
class Played {
  now: Instant = instant(1_000_000);
  service: FailoverService;
  readonly orders: Order[] = [];

  constructor(rules = plain, found: "unknown" | "running" = "unknown") {
    this.service = startService(rules, found, this.now);
  }

  feed(input: ServiceInput): void {
    const { service, order } = stepService(this.service, input, this.now);
    this.service = service;
    if (order !== null) this.orders.push(order);
  }

  goal(goal: "run" | "rest", afresh = false): void {
    this.feed({ kind: "goal", goal, afresh });
  }

  ended(why: string | null = null): void {
    this.feed({ kind: "ended", why });
  }

  tried(why: string | null = null): void {
    this.feed({ kind: "tried", why });
  }

  /** Lets time pass, with a wake whenever one is due. */
  wait(length: number): void {
    const end = addMs(this.now, ms(length));
    for (let due = serviceWakeAt(this.service); due !== null && due <= end; ) {
      this.now = due;
      this.feed({ kind: "wake" });
      due = serviceWakeAt(this.service);
    }
    this.now = end;
  }

  get seen(): string {
    const { state, trouble, stuck, failures } = this.service;
    return `${state}${trouble === null ? "" : " unfit"}${stuck === null ? "" : " stuck"} ${failures}`;
  }
}

const minutes = (count: number): number => count * 60_000;

describe("a failover service", () => {
  it("says at each try why it does not run yet, and for how long it has been starting", () => {
    const played = new Played(checked);
    played.goal("run");
    played.ended();
    const began = played.service.since;
    played.wait(500);
    played.tried("connection refused");
    assert.equal(played.service.state, "starting");
    assert.equal(played.service.cause, "its check has not passed yet: connection refused");
    assert.equal(played.service.since, began);
    played.tried("timeout");
    assert.equal(played.service.cause, "its check has not passed yet: timeout");
    played.tried();
    assert.equal(played.service.cause, "its check passed");
  });

  it("does nothing until the router knows what it is", () => {
    const played = new Played();
    played.wait(minutes(1));
    assert.deepEqual(played.orders, []);
    assert.equal(played.seen, "unknown 0");
  });

  it("is stopped once on a router that begins as standby", () => {
    const played = new Played();
    played.goal("rest");
    assert.deepEqual(played.orders, ["stop"]);
    played.ended();
    played.wait(minutes(60));
    assert.deepEqual(played.orders, ["stop"]);
    assert.equal(played.seen, "stopped 0");
  });

  it("is started on the active router, and stopped when that is over", () => {
    const played = new Played();
    played.goal("run");
    assert.equal(played.seen, "starting 0");
    played.ended();
    assert.equal(played.seen, "running 0");
    played.goal("rest");
    played.ended();
    assert.equal(played.seen, "stopped 0");
    assert.deepEqual(played.orders, ["start", "stop"]);
  });

  it("goes on without a command where a restart left it running", () => {
    const played = new Played(checked, "running");
    assert.ok(isChecked(played.service));
    played.goal("run");
    played.tried();
    assert.equal(played.seen, "running 0");
    assert.deepEqual(played.orders, []);
  });

  it("waits for its own end, and the newest wish wins", () => {
    const played = new Played();
    played.goal("run");
    played.ended();
    played.goal("rest");
    played.goal("run");
    assert.deepEqual(played.orders, ["start", "stop"], "start waits for the end of stop");
    played.goal("rest");
    played.ended();
    assert.equal(played.seen, "stopped 0");
    played.goal("run");
    assert.deepEqual(played.orders, ["start", "stop", "start"]);
  });

  it("gives a start up that nobody wants any more, and stops what is left of it", () => {
    const played = new Played();
    played.goal("run");
    played.goal("rest");
    played.feed({ kind: "wake" });
    assert.deepEqual(played.orders, ["start", "abort"], "it is told once");
    played.ended("killed");
    assert.deepEqual(played.orders, ["start", "abort", "stop"]);
    played.ended();
    assert.equal(played.seen, "stopped 0");
  });

  it("that was given up and is wanted again starts anew, which is no failure", () => {
    const played = new Played();
    played.goal("run");
    played.goal("rest");
    played.goal("run");
    played.ended("killed");
    assert.equal(played.seen, "starting 0");
    assert.deepEqual(played.orders, ["start", "abort", "start"]);
  });
});

describe("a service with a check", () => {
  it("runs once as many tries passed as it takes", () => {
    const played = new Played({ ...checked, rise: 2 });
    played.goal("run");
    assert.ok(!isChecked(played.service), "not while start runs");
    played.ended();
    assert.ok(isChecked(played.service));
    for (const why of ["refused", null, "refused", null]) played.tried(why);
    assert.equal(played.seen, "starting 0");
    played.tried();
    assert.equal(played.seen, "running 0");
  });

  it("fails when none has passed in time, counted from the begin of start", () => {
    const played = new Played(checked);
    played.goal("run");
    played.now = addMs(played.now, seconds(10));
    played.ended();
    played.tried("connection refused");
    played.wait(19_999);
    assert.equal(played.seen, "starting 0");
    played.wait(1);
    assert.equal(played.seen, "failed unfit 1");
    assert.equal(
      played.service.trouble?.why,
      "start failed: no check passed within 30s: connection refused",
    );
  });

  it("fails after `fall` tries in a row, and not by fewer", () => {
    const played = new Played(checked);
    played.goal("run");
    played.ended();
    for (const why of [null, "late", null, "late"]) played.tried(why);
    assert.equal(played.seen, "running 0");
    played.tried("late");
    assert.equal(played.seen, "failed unfit 1");
    assert.equal(played.service.trouble?.why, "its check failed: late (2 tries in a row)");
  });

  it("is not judged by a try that ends after it was stopped", () => {
    const played = new Played({ ...checked, fall: 1 });
    played.goal("run");
    played.ended();
    played.tried();
    played.goal("rest");
    played.tried("connection refused");
    assert.equal(played.seen, "stopping 0");
  });
});

describe("a service that fails", () => {
  const failedOnce = (): Played => {
    const played = new Played();
    played.goal("run");
    played.ended("exit status 1");
    return played;
  };

  it("is stopped and started again for as long as the router is active, less and less often", () => {
    const played = failedOnce();
    const waits: number[] = [];
    for (let count = 0; count < 6; count++) {
      const due = serviceWakeAt(played.service) ?? assert.fail();
      waits.push(due - played.now);
      played.wait(due - played.now);
      played.ended();
      played.ended("exit status 1");
    }
    assert.deepEqual(waits, [5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    assert.equal(played.seen, "failed unfit 1", "one activation counts once");
  });

  it("makes the router fit again as soon as it runs", () => {
    const played = failedOnce();
    played.wait(5000);
    assert.equal(played.seen, "stopping unfit 1");
    played.ended();
    assert.equal(played.seen, "starting unfit 1");
    played.ended();
    assert.equal(played.seen, "running 1");
  });

  it("is started again although the stop before it fails", () => {
    const played = failedOnce();
    played.wait(5000);
    played.ended("exit status 5");
    assert.deepEqual(played.orders, ["start", "stop", "start"]);
  });

  it("is cleaned up after, and held against the router for a time that doubles up to a day", () => {
    const played = failedOnce();
    const holds: number[] = [];
    for (let count = 0; count < 11; count++) {
      played.goal("rest");
      played.ended();
      assert.equal(played.seen, `stopped unfit ${count + 1}`);
      const due = serviceWakeAt(played.service) ?? assert.fail();
      holds.push((due - played.now) / minutes(1));
      played.wait(due - played.now);
      assert.equal(played.seen, `stopped ${count + 1}`);
      played.goal("run");
      played.ended("exit status 1");
    }
    assert.deepEqual(holds, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
  });

  it("is forgiven by a reload: fit at once as standby, tried at once as active", () => {
    const standby = failedOnce();
    standby.goal("rest");
    standby.ended();
    assert.equal(standby.seen, "stopped unfit 1");
    standby.feed({ kind: "rules", rules: plain, stale: false });
    assert.equal(standby.seen, "stopped 0");
    const active = failedOnce();
    active.feed({ kind: "rules", rules: plain, stale: false });
    assert.equal(active.seen, "stopping unfit 0");
  });

  it("is forgiven by an operator's switchover to this router, and by no other way of activation", () => {
    for (const [afresh, failures] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const played = failedOnce();
      played.goal("rest");
      played.ended();
      played.goal("run", afresh);
      played.ended("exit status 1");
      assert.equal(played.service.failures, failures);
    }
  });

  it("is forgiven by an hour in which it runs", () => {
    for (const [ran, seen] of [
      [59, "stopped 1"],
      [60, "stopped 0"],
    ] as const) {
      const played = failedOnce();
      played.wait(5000);
      played.ended();
      played.ended();
      played.wait(minutes(ran));
      played.goal("rest");
      played.ended();
      assert.equal(played.seen, seen);
    }
  });
});

describe("a stop that fails", () => {
  it("makes the router unfit and is tried again until it succeeds", () => {
    const played = new Played();
    played.goal("rest");
    played.ended("exit status 5");
    assert.equal(played.seen, "failed stuck 0");
    played.wait(5000);
    played.ended("exit status 5");
    played.wait(9999);
    assert.deepEqual(played.orders, ["stop", "stop"]);
    played.wait(1);
    played.ended();
    assert.equal(played.seen, "stopped 0");
    assert.deepEqual(played.orders, ["stop", "stop", "stop"]);
  });

  it("does not shorten the time for which a failed start is held against the router", () => {
    const played = new Played();
    played.goal("run");
    played.ended("exit status 1");
    played.goal("rest");
    played.ended("exit status 5");
    assert.equal(played.seen, "failed unfit stuck 1");
    played.wait(5000);
    played.ended();
    assert.equal(played.seen, "stopped unfit 1");
  });

  it("is no reason not to start when the router becomes active", () => {
    const played = new Played();
    played.goal("rest");
    played.ended("exit status 5");
    played.goal("run");
    assert.deepEqual(played.orders, ["stop", "start"]);
    played.ended();
    assert.equal(played.seen, "running 0");
  });
});

describe("a reload", () => {
  const running = (): Played => {
    const played = new Played();
    played.goal("run");
    played.ended();
    return played;
  };

  it("leaves a service alone whose start is the same", () => {
    const played = running();
    played.feed({ kind: "rules", rules: { ...plain, timeout: seconds(1) }, stale: false });
    assert.deepEqual(played.orders, ["start"]);
  });

  it("stops and starts one whose start is another", () => {
    const played = running();
    played.feed({ kind: "rules", rules: plain, stale: true });
    played.ended();
    played.ended();
    assert.deepEqual(played.orders, ["start", "stop", "start"]);
    assert.equal(played.seen, "running 0");
  });

  it("without the check that was waited for takes the service for running", () => {
    const played = new Played(checked);
    played.goal("run");
    played.ended();
    assert.equal(played.seen, "starting 0");
    played.feed({ kind: "rules", rules: plain, stale: false });
    assert.equal(played.seen, "running 0");
  });

  it("that comes while start runs is followed by another start", () => {
    const played = new Played();
    played.goal("run");
    played.feed({ kind: "rules", rules: plain, stale: true });
    assert.deepEqual(played.orders, ["start"]);
    played.ended();
    assert.deepEqual(played.orders, ["start", "stop"]);
  });

  it("to a check makes the running service prove itself by its tries from now on", () => {
    const played = running();
    played.feed({ kind: "rules", rules: checked, stale: false });
    assert.ok(isChecked(played.service));
    played.tried("refused");
    played.tried("refused");
    assert.equal(played.seen, "failed unfit 1");
  });
});
