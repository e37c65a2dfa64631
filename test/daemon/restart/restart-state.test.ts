import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  holdFile,
  holdFor,
  leaveHold,
  leaveMemory,
  lifetimeWithin,
  type Memory,
  nothingLeft,
  readPredecessor,
  rememberedOf,
  removeLeft,
  standingsFor,
} from "../../../src/daemon/restart/restart-state.ts";
import { nannyRules, startNanny, step } from "../../../src/health/nanny.ts";
import { addMs, instant, ms } from "../../../src/model/time.ts";
import { kernelBoot } from "../../../src/system/process/clock.ts";
import { realServer, virtualServer } from "../../table/configs.ts";

const now = instant(1_000_000);
const until = addMs(now, holdFor);
const memory: Memory = {
  realServers: [],
  weights: [],
  quorums: [],
  bfd: [],
  sysctls: { "net/ipv4/ip_forward": "0" },
  services: [
    {
      name: "mail",
      start: { command: "/bin/on", args: ["-x"] },
      stop: { command: "/bin/off", args: [] },
    },
  ],
};

function runDir(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-legacy-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

describe("what a restarting daemon leaves", () => {
  it("is found by the next one, and gone once it is removed", (t) => {
    const place = runDir(t);
    leaveHold(place, until);
    leaveMemory(place, memory, now);
    assert.deepEqual(readPredecessor(place, addMs(now, ms(1500))), { heldUntil: until, memory });
    removeLeft(place);
    assert.deepEqual(readdirSync(place), []);
    assert.deepEqual(readPredecessor(place, now), nothingLeft);
  });

  it("is no running service for another process: those have ended with the one that left", (t) => {
    const place = runDir(t);
    leaveMemory(place, memory, now);
    const file = join(place, "restart.json");
    assert.deepEqual(readPredecessor(place, now).memory, memory);
    writeFileSync(file, readFileSync(file, "utf8").replace(`"pid":${process.pid}`, '"pid":1'));
    assert.deepEqual(readPredecessor(place, now).memory, { ...memory, services: [] });
  });

  it("is over when the hold is", (t) => {
    const place = runDir(t);
    leaveHold(place, until);
    leaveMemory(place, memory, now);
    assert.equal(readPredecessor(place, addMs(until, ms(-1))).heldUntil, until);
    assert.deepEqual(readPredecessor(place, until), nothingLeft);
  });

  const spoiled: [string, (text: string) => string][] = [
    ["is of an earlier boot", (text) => text.replace(kernelBoot(), "0".repeat(36))],
    ["names no time", (text) => text.replace(/^\d+/, "soon")],
    ["ends later than any hold does", (text) => text.replace(/^\d+/, "99999999")],
    ["is empty", () => ""],
  ];
  for (const [what, spoil] of spoiled)
    it(`holds nothing if the file ${what}`, (t) => {
      const place = runDir(t);
      leaveHold(place, until);
      assert.equal(readPredecessor(place, now).heldUntil, until);
      const file = join(place, holdFile);
      writeFileSync(file, spoil(readFileSync(file, "utf8")));
      assert.equal(readPredecessor(place, now).heldUntil, null);
    });

  it("is no memory when the file is cut short", (t) => {
    const place = runDir(t);
    leaveMemory(place, memory, now);
    assert.deepEqual(readPredecessor(place, now).memory, memory);
    const file = join(place, "restart.json");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, -5));
    assert.deepEqual(readPredecessor(place, now).memory, nothingLeft.memory);
  });

  it("expires in the kernel a second and more before the peer may take over", () => {
    assert.ok(lifetimeWithin(holdFor) + 1000 < holdFor);
  });
});

describe("health over a restart", () => {
  const fresh = (name: string, port = 80) =>
    startNanny(nannyRules(virtualServer("web"), realServer(name, { port })), now);
  const down = step(
    step(fresh("rs1"), { kind: "learned", standing: "down" }, now),
    { kind: "wake" },
    now,
  );
  const adopted = step(fresh("rs2"), { kind: "adopted", weight: 1 }, now);

  it("is what was found out, not what was taken over", () => {
    const remembered = rememberedOf([down, adopted, fresh("rs3")]);
    assert.deepEqual(
      remembered.map(({ key, standing }) => [key, standing]),
      [[down.rules.key, "down"]],
    );
  });

  it("belongs to the same name at the same endpoint", () => {
    const kept: Memory = { ...memory, realServers: rememberedOf([down]) };
    const [found] = standingsFor([fresh("rs1")], kept).values();
    assert.equal(found?.standing, "down");
    assert.deepEqual([...standingsFor([fresh("rs1", 81), fresh("rs2")], kept)], []);
  });

  it("outranks the table and the configuration, and yields to what was found out since", () => {
    const input = { kind: "remembered", standing: "down" } as const;
    assert.equal(step(adopted, input, now).health.state, "down");
    assert.equal(step(adopted, input, now).cause, "down before the restart");
    const outcome = { kind: "passed", took: ms(1) } as const;
    const found = step(fresh("rs1"), { kind: "tried", outcome }, now);
    assert.equal(step(found, input, now), found);
  });
});
