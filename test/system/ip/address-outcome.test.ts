import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { FloatingAddress } from "../../../src/system/ip/ip.ts";
import { open, three, vip } from "./scripted.ts";

const texts = (vips: readonly FloatingAddress[]) => vips.map((one) => one.prefix.address);

test("half a claim says which half, and why not the other", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "refuses"), "192.0.2.11/32");
  const wanted = [...three, vip("192.0.2.13/24", "eth9")];
  const outcome = await ip.claim(wanted);
  assert.equal(outcome.kind, "partly-held");
  assert.deepEqual(texts(outcome.held), ["192.0.2.10", "192.0.2.12"]);
  assert.deepEqual(outcome.reasons, [
    "192.0.2.11/24 on eth0: RTNETLINK answers: Permission denied",
    '192.0.2.13/24 on eth9: Cannot find device "eth9"',
  ]);
  assert.equal((await ip.claim([vip("192.0.2.13/24", "eth9")])).kind, "none-held");
});
