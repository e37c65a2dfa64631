/** What lvsd keeps in the kernel, against a directory that stands for /proc/sys. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import type { KeptObject, Look } from "../../../src/daemon/table/kept-object.ts";
import { keptObjects } from "../../../src/daemon/table/kept-objects.ts";
import { Upkeep } from "../../../src/daemon/table/upkeep.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";
import { openPacketFilter } from "../../../src/system/packet-filter/nft.ts";
import { now } from "../../../src/system/process/clock.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";
import { MemoryKernel } from "./memory-kernel.ts";
import { until } from "./reconciler-bench.ts";

const forward = "net/ipv4/ip_forward";
const kept = "net/ipv4/neigh/eth0/unres_qlen_bytes";
const config: Config = { ...accepted(readText(soundText)), timeouts: null };

function make(t: TestContext, values: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "lvsd-kept-"));
  const set = (name: string, value: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${value}\n`);
  };
  for (const [name, value] of Object.entries(values)) set(name, value);
  const said: string[] = [];
  const sysctl = openSysctl(root);
  const ipvsadm = new MemoryKernel();
  let changes = 0;
  const upkeep = new Upkeep({
    report: (event: EventBody) => void said.push(sentenceOf(event)),
    now,
    faultsChanged: () => {
      changes += 1;
    },
  });
  t.after(async () => {
    await upkeep.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    sysctl,
    ipvsadm,
    said,
    upkeep,
    set,
    root,
    changes: () => changes,
    configure: (next: Config) =>
      upkeep.configure(keptObjects(next, { sysctl, ipvsadm, packetFilter: openPacketFilter() })),
    value: (name: string) => readFileSync(join(root, name), "utf8").trim(),
  };
}

test("what is needed is set, and put back at the end", async (t) => {
  const { sysctl, configure, value, said } = make(t, { [forward]: "0", [kept]: "212992" });
  await configure(config);
  assert.deepEqual([value(forward), value(kept)], ["1", "2097152"]);
  sysctl.restore();
  assert.deepEqual([value(forward), value(kept)], ["0", "212992"]);
  assert.deepEqual(said, []);
});

test("what somebody else changes is put right, counted and reported", async (t) => {
  const { sysctl, configure, value, said, set, upkeep } = make(t, { [forward]: "1", [kept]: "1" });
  await configure(config);
  set(forward, "0");
  set(kept, "4096");
  await until("both are right again", () => value(forward) === "1" && value(kept) === "2097152");
  await until("both are counted", () => upkeep.state().repairs === 2);
  assert.deepEqual(said, [
    `sysctl ${forward}: somebody else has set it to 0; put right`,
    `sysctl ${kept}: somebody else has set it to 4096; put right`,
  ]);
  assert.deepEqual(upkeep.faults(), []);
  sysctl.restore();
  assert.equal(value(forward), "1", "it was 1 before lvsd");
  assert.equal(value(kept), "1");
});

test("a device that comes later gets its parameters", async (t) => {
  const { configure, value, set } = make(t, { [forward]: "1" });
  await configure(config);
  set(kept, "212992");
  await until("it is set", () => value(kept) === "2097152");
});

test("what cannot be set is a fault where NAT depends on it, until it can", async (t) => {
  const { configure, said, set, upkeep, changes } = make(t, { [kept]: "4194304" });
  await configure(config);
  assert.match(upkeep.faults()[0]?.text ?? "", /this kernel does not have it, wanted 1/);
  assert.equal(upkeep.faults()[0]?.subject, `sysctl ${forward}`);
  assert.equal(said.length, 1);
  assert.equal(upkeep.state().wrong.length, 1);
  set(forward, "1");
  await until("the fault is over", () => upkeep.faults().length === 0);
  assert.equal(changes(), 2);
  assert.deepEqual(said.slice(1), [`sysctl ${forward}: it is right again`]);
});

test("with direct routing it is reported, and no reason to hand over", async (t) => {
  const { configure, said, upkeep } = make(t, {});
  const virtualServers = config.virtualServers.map((server) => ({
    ...server,
    realServers: server.realServers.map((real) => ({ ...real, forwarding: "direct" as const })),
  }));
  await configure({ ...config, virtualServers });
  assert.equal(said.length, 1);
  assert.deepEqual(upkeep.faults(), []);
});

test("a number that is large enough is left as it is", async (t) => {
  const { configure, value } = make(t, { [forward]: "1", [kept]: "4194304" });
  await configure(config);
  assert.equal(value(kept), "4194304");
});

test("manual sets nothing, and reports what lvsd depends on", async (t) => {
  const { configure, value, said, upkeep } = make(t, { [forward]: "0", [kept]: "212992" });
  await configure({ ...config, sysctl: "manual" });
  assert.deepEqual([value(forward), value(kept)], ["0", "212992"]);
  assert.deepEqual(said, [`sysctl ${forward}: it is 0, wanted 1`]);
  assert.deepEqual(upkeep.faults(), []);
  assert.deepEqual(upkeep.state().wrong, said);
});

test("the kernel's connection timeouts are read back, and set again", async (t) => {
  const { configure, ipvsadm, upkeep, said } = make(t, { [forward]: "1" });
  const { timeouts } = accepted(readText(soundText));
  assert.ok(timeouts !== null);
  await configure({ ...config, timeouts });
  assert.deepEqual(ipvsadm.timeouts, timeouts);
  ipvsadm.timeouts = { ...timeouts, udp: timeouts.tcp };
  await configure({ ...config, timeouts });
  assert.deepEqual(ipvsadm.timeouts, timeouts);
  assert.equal(upkeep.state().repairs, 1);
  assert.match(said[0] ?? "", /ipvs timeouts: somebody else has set it to 900 s, 120 s, 900 s/);
});

test("a look that a reload overtakes says nothing of what is kept from then on", async (t) => {
  const { ipvsadm, upkeep, said, configure } = make(t, { [forward]: "0", [kept]: "212992" });
  const timeouts = { tcp: seconds(900), tcpFin: seconds(120), udp: seconds(300) };
  const hanging = Promise.withResolvers<typeof timeouts>();
  const begun = Promise.withResolvers<void>();
  const { readTimeouts } = ipvsadm;
  ipvsadm.readTimeouts = () => {
    begun.resolve();
    return hanging.promise;
  };
  const before = configure({ ...config, timeouts });
  await begun.promise;
  const reloaded = configure(config);
  ipvsadm.readTimeouts = readTimeouts;
  hanging.reject(new MachineError("ipvsadm: no end after 5 s"));
  await Promise.all([before, reloaded]);
  assert.deepEqual([upkeep.state().wrong, said], [[], []]);
});

test("what cannot be read for a moment is reported, and costs no service where it was right", async (t) => {
  const { upkeep, said } = make(t, {});
  let next: Look = { kind: "unread", why: "no answer" };
  const filter = (wanted: string): KeptObject => ({
    name: "filter",
    every: ms(0),
    needed: true,
    costsService: true,
    wanted,
    look: () => next,
  });
  const look = (): Promise<void> => upkeep.configure([filter("rules")]);
  await look();
  const never = [{ kind: "table", subject: "filter", text: "no answer" }];
  assert.deepEqual(upkeep.faults(), never, "it may never have been right");
  next = { kind: "set", found: "nothing" };
  await look();
  assert.deepEqual(upkeep.faults(), []);
  next = { kind: "unread", why: "no answer" };
  for (const _ of [1, 2]) await look();
  assert.deepEqual(upkeep.faults(), [], "it was right when it was last seen");
  assert.deepEqual(upkeep.state().wrong, ["filter: no answer"]);
  next = { kind: "set", found: "no rules" };
  await look();
  assert.equal(upkeep.state().repairs, 1, "somebody has changed it meanwhile");
  next = { kind: "wrong", why: "refused" };
  await look();
  assert.equal(upkeep.faults().length, 1);
  next = { kind: "right" };
  await look();
  assert.deepEqual(said, [
    "filter: no answer",
    "filter: it is right again",
    "filter: no answer",
    "filter: somebody else has set it to no rules; put right",
    "filter: refused",
    "filter: it is right again",
  ]);
});
