import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  beyondBounds,
  raisedSerial,
  readWritten,
} from "../../../src/daemon/config/config-thread.ts";

/** 2,000 real servers: a good part of a second for whoever reads it. */
const servers = Array.from(
  { length: 2000 },
  (_, index) => `      rs${index}: { address: 10.200.${index >> 8}.${index & 255}, weight: 3 }\n`,
).join("");
const large = `serial: 1\nvirtual_servers:\n  web:\n    real_servers:\n${servers}`;

const heartbeat = { heartbeat: { keyFile: "/k" } } as never;
const bounds = { path: "/c.yaml", present: large, next: heartbeat, before: heartbeat };

/** How often this thread got its turn until the work was done; once is what any promise gives. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  await work();
  clearInterval(turning);
  return turns;
}

describe("the operator's texts are read in a thread of their own", () => {
  it("which raises the serial", async () => {
    assert.equal(await raisedSerial("/c.yaml", "# kept\nserial: 1\n", 7), "# kept\nserial: 7\n");
    assert.equal(await raisedSerial("/c.yaml", "serial: [", 7), null);
  });

  it("which looks for what the control interface may not say", async () => {
    assert.deepEqual(await beyondBounds({ ...bounds, text: large }), []);
    const text = "notify: { command: /bin/sh }\n";
    const [problem] = await beyondBounds({ ...bounds, text });
    assert.match(problem?.message ?? "", /\/bin\/sh: it does not lie in \/etc\/lvsd\/commands/);
  });

  it("which says what is wrong with a file", async () => {
    const read = await readWritten("/nowhere/lvsd.yaml");
    assert.match(JSON.stringify(read), /there is no such file/);
  });

  const works: [string, () => Promise<unknown>][] = [
    ["raising the serial", () => raisedSerial("/c.yaml", large, 7)],
    ["looking for what is out of bounds", () => beyondBounds({ ...bounds, text: large })],
    ["reading it", () => readWritten("/c.yaml", large)],
  ];
  for (const [name, work] of works)
    it(`while the heartbeat goes on: ${name}`, async () => {
      const turns = await turnsDuring(work);
      assert.ok(turns > 10, `${turns} turns`);
    });
});
