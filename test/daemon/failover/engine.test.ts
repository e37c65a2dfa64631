import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, type Performers } from "../../../src/daemon/failover/engine.ts";
import type { Done } from "../../../src/daemon/vips/vips.ts";
import type { Rules } from "../../../src/failover/protocol.ts";
import { clusterOf } from "../../../src/heartbeat/header.ts";
import type { BootId } from "../../../src/heartbeat/message.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { now, openAlarm } from "../../../src/system/process/clock.ts";
import { address } from "../../table/tables.ts";
import { until } from "../turns.ts";

const rules: Rules = {
  role: "primary",
  protocol: "lvsd",
  alone: true,
  cluster: clusterOf(address("192.0.2.9"), address("192.0.2.9")),
  paths: [],
  interval: ms(20),
  deadAfter: ms(80),
  warnAfter: ms(40),
  startDelay: ms(100),
  failback: "auto",
  failbackDelay: seconds(1),
  arbiter: false,
  fence: null,
  config: { serial: 1, hash: "0".repeat(32) },
};

interface Bench {
  readonly engine: Engine;
  readonly done: string[];
  readonly events: EventBody[];
  readonly stopped: Promise<void>;
}

/** A single router's engine: nobody to talk to, so that every effect is an address or an event. */
function bench(claim: () => Promise<Done>): Bench {
  const done: string[] = [];
  const events: EventBody[] = [];
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const performers: Performers = {
    claim: () => {
      done.push("claim");
      return claim();
    },
    release: async () => {
      done.push("release");
      return { ok: true };
    },
    announce: () => {
      done.push("announce");
      return undefined;
    },
    keep: async () => ({ ok: true }),
    fence: async () => ({ ok: true }),
    probe: async () => true,
    send: () => {},
    sendWord: () => {},
    report: (event) => events.push(event),
    answer: () => {},
    refused: () => {},
    stopped: resolve,
    stepped: () => {},
  };
  const boot = "00112233445566ff" as BootId;
  const engine = new Engine({ rules, boot, found: "nothing" }, performers, now, openAlarm);
  engine.begin();
  return { engine, done, events, stopped };
}

test("a single router that is ready claims, then announces, then is active; a stop releases", async () => {
  const { engine, done, stopped } = bench(async () => ({ ok: true }));
  assert.deepEqual(done, []);
  engine.input({ kind: "ready" });
  await until("active", () => engine.router.state === "active");
  assert.deepEqual(done, ["claim", "announce"]);
  engine.input({ kind: "stop" });
  await stopped;
  assert.deepEqual(done, ["claim", "announce", "release"]);
  engine.close();
});

test("a claim that throws is a failed claim with its reason, and is tried again", async () => {
  let tries = 0;
  const { engine, done } = bench(async () => {
    tries += 1;
    if (tries === 1) throw new Error("no such device");
    return { ok: true };
  });
  engine.input({ kind: "ready" });
  await until("active", () => engine.router.state === "active");
  assert.equal(tries, 2);
  assert.equal(done.filter((each) => each === "claim").length, 2);
  engine.close();
});

test("an engine with a claim under way is healthy until the claim is overdue", async () => {
  const { engine } = bench(() => new Promise(() => {}));
  engine.input({ kind: "ready" });
  await until("the claim is under way", () => engine.router.vipHold === "claiming");
  assert.equal(engine.healthy, true);
  engine.close();
});
