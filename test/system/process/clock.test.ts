import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addMs, between, instant, ms } from "../../../src/model/time.ts";
import { now, openAlarm, wallClock } from "../../../src/system/process/clock.ts";
import { eventually } from "../scripts.ts";

test("now is the time since boot and never goes back", () => {
  const uptimeMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  assert.ok(Math.abs(now() - uptimeMs) < 1000, `${now()} is near ${uptimeMs}`);
  let before = now();
  for (let count = 0; count < 10_000; count += 1) {
    const after = now();
    assert.ok(after >= before);
    before = after;
  }
});

test("wall-clock time is ISO 8601 in UTC", () => {
  assert.match(wallClock(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("the alarm wakes once, never early, at the instant that was asked for last", async () => {
  const wakes: number[] = [];
  const alarm = openAlarm(() => wakes.push(now()));
  alarm.at(addMs(now(), ms(5)));
  const when = addMs(now(), ms(30));
  alarm.at(when);
  await eventually("it wakes", () => wakes.length > 0);
  const late = between(when, instant(wakes[0] ?? 0));
  assert.ok(late >= 0 && late < 100, `${late} ms late`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(wakes.length, 1);
});

test("the same instant once more is the same wake-up, and a new one after it has been", async () => {
  let wakes = 0;
  const alarm = openAlarm(() => {
    wakes += 1;
  });
  const when = addMs(now(), ms(5));
  alarm.at(when);
  alarm.at(when);
  await eventually("it wakes", () => wakes === 1);
  alarm.at(when);
  await eventually("it wakes again", () => wakes === 2);
  alarm.at(when);
  alarm.at(null);
  alarm.at(when);
  await eventually("it wakes after it was taken back", () => wakes === 3);
});

test("an instant that is over wakes at once, and a far one does not", async () => {
  let wakes = 0;
  const alarm = openAlarm(() => {
    wakes += 1;
  });
  alarm.at(addMs(now(), ms(2 ** 40)));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(wakes, 0);
  alarm.at(instant(0));
  await eventually("it wakes", () => wakes === 1);
  alarm.close();
});

test("an alarm that was taken back does not wake, not even out of its last poll turn", async () => {
  let woken = false;
  const alarm = openAlarm(() => {
    woken = true;
  });
  alarm.at(instant(0));
  alarm.at(null);
  alarm.at(instant(0));
  setTimeout(() => alarm.close(), 0);
  const until = performance.now() + 5;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(woken, false);
});

test("after a pause the datagrams that waited are read before the alarm wakes", async (t) => {
  const order: string[] = [];
  const socket = createSocket("udp4", () => order.push("datagram"));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  t.after(() => socket.close());
  const alarm = openAlarm(() => order.push("alarm"));
  alarm.at(addMs(now(), ms(20)));
  const sender = createSocket("udp4");
  t.after(() => sender.close());
  await new Promise<void>((resolve) => sender.connect(socket.address().port, "127.0.0.1", resolve));
  sender.send("waits");
  // The process sleeps past its alarm while the datagram lies in the socket.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  await eventually("both", () => order.length === 2);
  assert.deepEqual(order, ["datagram", "alarm"]);
});
