import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { seconds } from "../../../src/model/time.ts";
import { bench, web } from "./vips-bench.ts";

test("a stranger's announcement is answered, the peer's is left to the two routers' rule", async (context) => {
  const { kernel, events, announced, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.later = seconds(2);
  const heard = { address: web.prefix.address, device: web.device, mac: "02:00:00:00:00:02" };
  assert.equal(vips.heardStranger({ ...heard, isPeer: true }, null), true);
  assert.deepEqual(announced, []);
  assert.equal(
    vips.heardStranger({ ...heard, mac: "02:00:00:00:00:03", isPeer: false }, null),
    true,
  );
  assert.deepEqual(announced, [web.prefix.address]);
  const why = "it is not heard";
  assert.equal(vips.heardStranger({ ...heard, isPeer: true }, why), true);
  const said = events.filter(({ kind }) => kind === "contested").map((event) => sentenceOf(event));
  assert.deepEqual(said, [
    "192.0.2.1 on eth0 is announced by the peer too, 02:00:00:00:00:02; the routers settle it",
    `192.0.2.1 on eth0 is announced by the peer too, 02:00:00:00:00:02; ${why}`,
  ]);
  assert.equal(announced.length, 2, "who will not give way is answered as well");
});
