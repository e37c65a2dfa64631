import assert from "node:assert/strict";
import { test } from "node:test";
import type { Doors } from "../../src/daemon/doors.ts";
import { rehearse } from "../../src/daemon/rehearsal.ts";
import type { Rules } from "../../src/failover/protocol.ts";
import { clusterOf } from "../../src/heartbeat/header.ts";
import { instant, ms, seconds } from "../../src/model/time.ts";
import { now, openAlarm } from "../../src/system/process/clock.ts";
import { address } from "../table/tables.ts";

const rules: Rules = {
  role: "backup",
  protocol: "lvsd",
  alone: false,
  cluster: clusterOf(address("192.0.2.9"), address("192.0.2.8")),
  paths: ["public"],
  interval: ms(250),
  deadAfter: seconds(1),
  warnAfter: ms(500),
  startDelay: seconds(3),
  failback: "auto",
  failbackDelay: seconds(10),
  arbiter: false,
  fence: null,
  config: { serial: 1, hash: "0".repeat(32) },
};

/** Only the doors that a rehearsal may touch: any other one would be a fault of it. */
function doors(done: string[], claim: () => Promise<unknown>): Doors {
  const ip = {
    rehearse: () => {
      done.push("addresses");
      return claim();
    },
  };
  const announcer = {
    rehearse: () => done.push("announcement"),
  };
  const report = (event: { kind: string }) => done.push(event.kind);
  return { ip, announcer, now, openAlarm, report } as unknown as Doors;
}

test("a rehearsal claims, announces and releases nothing at all, a few times, and ends", async () => {
  const done: string[] = [];
  await rehearse(
    doors(done, async () => ({})),
    rules,
    true,
  );
  const played = done.length / 3;
  assert.ok(played > 1, `played ${played} times`);
  const once = ["addresses", "announcement", "addresses"];
  assert.deepEqual(done, Array.from({ length: played }).fill(once).flat());
});

test("a rehearsal with an ip that hangs ends all the same", async () => {
  const done: string[] = [];
  await rehearse(
    doors(done, () => new Promise(() => {})),
    rules,
    true,
  );
  assert.deepEqual(done, ["addresses"]);
});

test("telling of connections is rehearsed many times, where they are synchronised", async () => {
  const looksAtTheTime = async (synchronises: boolean): Promise<number> => {
    let looks = 0;
    const counting = {
      ...doors([], async () => ({})),
      // So slowly that no rehearsal takes too long, however busy the machine is.
      now: () => {
        looks += 1;
        return instant(now() / 100);
      },
    };
    await rehearse(counting, rules, synchronises);
    return looks;
  };
  const told = await looksAtTheTime(true);
  const played = await looksAtTheTime(false);
  assert.ok(told > played + 200, `looked ${told} times, and ${played} without telling`);
});
