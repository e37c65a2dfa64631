import assert from "node:assert/strict";
import { test } from "node:test";
import { Journal } from "../../src/daemon/journal.ts";
import { eventsMax, type LvsdEvent } from "../../src/model/event.ts";

const body = (device: string) =>
  ({ event: "link", kind: "down", device, text: "no carrier" }) as const;

function journal(): { journal: Journal; lines: LvsdEvent[] } {
  const lines: LvsdEvent[] = [];
  return {
    journal: new Journal(
      (event) => lines.push(event),
      () => "2026-01-01T00:00:00.000Z",
    ),
    lines,
  };
}

test("an event becomes one line with its time, severity and sentence", () => {
  const { journal: ours, lines } = journal();
  ours.record(body("eth0"));
  assert.deepEqual(lines, []);
  ours.flush();
  assert.deepEqual(lines, [
    {
      ...body("eth0"),
      at: "2026-01-01T00:00:00.000Z",
      severity: "warn",
      message: "link eth0 is down: no carrier",
    },
  ]);
});

test("what can wait is written with the next line that cannot, in order, or by itself", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { journal: ours, lines } = journal();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  ours.record(body("eth0"), "when there is time");
  await turn();
  assert.equal(lines.length, 0);
  ours.record(body("eth1"));
  await turn();
  assert.deepEqual(
    lines.map((event) => event.event === "link" && event.device),
    ["eth0", "eth1"],
  );
  ours.record(body("eth2"), "when there is time");
  t.mock.timers.tick(49);
  assert.equal(lines.length, 2);
  t.mock.timers.tick(1);
  assert.equal(lines.length, 3);
});

test("the ring keeps the newest events, oldest first", () => {
  const { journal: ours } = journal();
  for (let index = 0; index <= eventsMax; index += 1) ours.record(body(`eth${index}`));
  const devices = ours.events().map((event) => event.event === "link" && event.device);
  assert.equal(devices.length, eventsMax);
  assert.equal(devices[0], "eth1");
  assert.equal(devices.at(-1), `eth${eventsMax}`);
});

test("a follower hears later events until it leaves, and one that throws is dropped", () => {
  const { journal: ours } = journal();
  const heard: string[] = [];
  let thrown = 0;
  ours.follow(() => {
    thrown += 1;
    throw new Error("closed");
  });
  const leave = ours.follow((event) => heard.push(event.message));
  ours.record(body("eth0"));
  ours.record(body("eth1"));
  ours.flush();
  leave();
  ours.record(body("eth2"));
  ours.flush();
  assert.equal(heard.length, 2);
  assert.equal(thrown, 1);
});
