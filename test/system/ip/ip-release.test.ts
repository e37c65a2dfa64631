import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MachineError } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import { openIp } from "../../../src/system/ip/ip.ts";
import { install } from "../scripts.ts";
import { open, three, vip } from "./scripted.ts";

test("a release takes the last one first and ends when nothing is there any more", async (t) => {
  const { ip, said } = open(t);
  await ip.claim(three);
  const outcome = await ip.release(three);
  assert.deepEqual(outcome, { kind: "none-held", held: [], missing: three, reasons: [] });
  assert.deepEqual(
    said().filter((line) => line.startsWith("addr del")),
    ["192.0.2.12", "192.0.2.11", "192.0.2.10"].map((a) => `addr del ${a}/32 dev eth0`),
  );
  assert.equal((await ip.release(three)).kind, "none-held", "what is gone already is no failure");
});

test("whose an address was before is forgotten before it goes, by a line that no absence ends", async (t) => {
  const { ip, path, said } = open(t);
  await ip.claim([vip("192.0.2.10/24")]);
  await ip.release([vip("192.0.2.10/24")]);
  const lines = said();
  assert.deepEqual(lines.slice(lines.indexOf("neigh flush to 192.0.2.10 dev eth0")).slice(0, 2), [
    "neigh flush to 192.0.2.10 dev eth0",
    "addr del 192.0.2.10/32 dev eth0",
  ]);
  assert.equal(readFileSync(join(path, "started"), "utf8"), "-force -j -batch -\n");
});

test("addresses that a removed primary took along come back", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.1/24\n192.0.2.11/24\n");
  writeFileSync(join(path, "primary"), "192.0.2.10/24");
  const outcome = await ip.release([three[0] ?? assert.fail()]);
  assert.equal(outcome.kind, "none-held");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.1/24\n192.0.2.11/24\n");
});

test("an address under another prefix answers as well, and goes with a release", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.1/24\n192.0.2.10/32\n192.0.2.11/28\n");
  const outcome = await ip.release(three);
  assert.deepEqual([outcome.kind, outcome.held], ["none-held", []]);
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.1/24\n");
});

test("one form is removed and the others stay", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.10/32\n");
  const outcome = await ip.remove([vip("192.0.2.10/24")]);
  assert.equal(outcome.kind, "all-held", "it is held by the other form");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.10/32\n");
});

test("when both ways of a release fail nothing is claimed to be known", async (t) => {
  const { ip, path } = open(t);
  assert.equal((await ip.claim(three)).kind, "all-held");
  install(path, "ip", "sleep 60");
  const impatient = openIp({ path, deadline: ms(150) });
  t.after(() => impatient.close());
  await assert.rejects(impatient.release(three), MachineError);
  await assert.rejects(impatient.claim(three), /ip: gave no answer within \d+ ms and was killed/);
});
