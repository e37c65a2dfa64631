import assert from "node:assert/strict";
import { it } from "node:test";
import type { TriedCheck } from "../../../src/config/config.ts";
import { FirstRound } from "../../../src/daemon/health/first-round.ts";
import { makeProbe, type Probe } from "../../../src/daemon/health/probe.ts";
import { address } from "../../table/tables.ts";

const endpoint = { address: address("10.0.0.1"), port: 80 };
const probe = (key: string): Probe => {
  const made = makeProbe(key, { type: "tcp" } as TriedCheck, endpoint, 0);
  made.nannies.add(key);
  return made;
};

it("is over when every check was tried, also one that began again meanwhile", async () => {
  const probes = new Map(["a", "b", "c"].map((key) => [key, probe(key)]));
  const round = new FirstRound(
    () => true,
    () => probes.values(),
  );
  let over = false;
  const waiting = round.over().then(() => {
    over = true;
  });
  const isOver = async (): Promise<boolean> => {
    round.look();
    await new Promise((resolve) => setImmediate(resolve));
    return over;
  };
  const [a, b, c] = [...probes.values()] as [Probe, Probe, Probe];
  a.known = true;
  b.known = true;
  assert.equal(await isOver(), false, "c");
  a.known = false;
  c.known = true;
  assert.equal(await isOver(), false, "a began again");
  a.known = true;
  const late = probe("d");
  probes.set("d", late);
  assert.equal(await isOver(), false, "d came later");
  late.nannies.clear();
  probes.delete("d");
  assert.equal(await isOver(), true, "and left");
  await waiting;
});
