import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  holdFor,
  nothingLeft,
  readPredecessor,
} from "../../../src/daemon/restart/restart-state.ts";
import { Succession } from "../../../src/daemon/restart/succession.ts";
import type { Done, Vips } from "../../../src/daemon/vips/vips.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { instant } from "../../../src/model/time.ts";

const now = instant(1_000_000);
const done = (): Promise<Done> => Promise.resolve({ ok: true });

test("what is released after it was kept is nobody's to adopt", async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), "lvsd-succession-"));
  t.after(() => rmSync(runDir, { recursive: true }));
  const reports: EventBody[] = [];
  const report = (event: EventBody): void => void reports.push(event);
  const succession = new Succession({ runDir, now: () => now, report }, nothingLeft, "nothing");

  const vips = { keep: done } as unknown as Vips;
  assert.deepEqual(await succession.keep(vips, holdFor), { ok: true });
  assert.notEqual(readPredecessor(runDir, now).heldUntil, null, "a next process would adopt them");

  const heldAtRelease = await succession.release(async () => {
    assert.equal(readPredecessor(runDir, now).heldUntil, null);
    return done();
  });
  assert.deepEqual(heldAtRelease, { ok: true });
  assert.deepEqual(reports, []);
});
