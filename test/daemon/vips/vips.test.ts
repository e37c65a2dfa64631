import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Announcements } from "../../../src/daemon/vips/announcements.ts";
import { Vips } from "../../../src/daemon/vips/vips.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { addMs, type Instant, ms, seconds } from "../../../src/model/time.ts";
import type { FloatingAddress, Interface, Ip } from "../../../src/system/ip/ip.ts";
import type { Announcer } from "../../../src/system/net/announce.ts";
import { now } from "../../../src/system/process/clock.ts";
import { vip } from "../../table/configs.ts";

const web: FloatingAddress = { ...vip("192.0.2.1"), device: "eth0" };

/** A kernel with one device, whose `ip` can be broken; and what the router says meanwhile. */
function bench() {
  const kernel = {
    ...{ held: [] as FloatingAddress[], broken: null as string | null, later: ms(0) },
    ...{ looks: 0, ready: Promise.resolve() },
  };
  const events: EventBody[] = [];
  const announced: string[] = [];
  const interfaces = (): Interface[] => [
    {
      ...{ name: web.device, index: 2, mac: "02:00:00:00:00:01" },
      ...{ up: true, carrier: true, operstate: "UP" },
      addresses: kernel.held.map(({ prefix, label }) => {
        return { prefix, label, tentative: false, expires: false };
      }),
    },
  ];
  const outcome = (vips: readonly FloatingAddress[], held: boolean) => {
    if (kernel.broken !== null) throw new MachineError(kernel.broken);
    kernel.held = held ? [...vips] : [];
    const kind = held ? ("all-held" as const) : ("none-held" as const);
    return { kind, held: held ? vips : [], missing: held ? [] : vips, reasons: [] };
  };
  const ip: Ip = {
    readInterfaces: async () => {
      kernel.looks += 1;
      if (kernel.broken !== null) throw new MachineError(kernel.broken);
      return interfaces();
    },
    claim: async (vips) => {
      await kernel.ready;
      return outcome(vips, true);
    },
    release: async (vips) => outcome(vips, false),
    expire: async (vips) => outcome(vips, true),
    rehearse: async () => {},
    watch: () => () => {},
    close: async () => {},
  };
  const rhythm = { count: 1, interval: seconds(60), refresh: seconds(60) };
  const announcer: Announcer = {
    announceAll(vips) {
      announced.push(...vips.map(({ prefix }) => prefix.address));
      return { frames: vips.length, failures: [] };
    },
    rehearse() {},
    probeAll: (vips) => ({ frames: vips.length, failures: [] }),
    close() {},
  };
  const report = (event: EventBody): void => void events.push(event);
  const vips = new Vips({
    ip,
    announcements: new Announcements(announcer, rhythm, report),
    report,
    faultsChanged: () => {},
    now: (): Instant => addMs(now(), kernel.later),
    interfacesRead: () => {},
    remember: () => {},
  });
  vips.configure([web]);
  return { kernel, events, announced, vips };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `never: ${what}`);
    await turn();
  }
}

const failures = (events: readonly EventBody[]) =>
  events.filter(({ event, kind }) => event === "machine" && kind === "failed");

test("a router that holds and cannot look any more goes on, and says so once", async (context) => {
  const { kernel, events, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.broken = "ip: gave no answer";
  vips.changed();
  await until("it is told", () => failures(events).length > 0);
  assert.match(JSON.stringify(failures(events)), /the VIPs stay.*ip: gave no answer/);
  assert.deepEqual(vips.faults(), []);
  assert.ok(vips.held(web));
});

test("a router that holds nothing is unfit for as long as it cannot look", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.release(), { ok: true });
  kernel.broken = "ip: gave no answer";
  vips.changed();
  await until("it is unfit", () => vips.faults().length > 0);
  assert.equal(vips.faults()[0]?.kind, "claim");
  kernel.broken = null;
  vips.changed();
  await until("it is fit again", () => vips.faults().length === 0);
});

test("a stranger's announcement is answered, the peer's is left to the two routers' rule", async (context) => {
  const { kernel, announced, vips } = bench();
  context.after(() => vips.close());
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.later = seconds(2);
  const heard = { address: web.prefix.address, device: web.device, mac: "02:00:00:00:00:02" };
  assert.equal(vips.heardStranger({ ...heard, isPeer: true }), true);
  assert.deepEqual(announced, []);
  assert.equal(vips.heardStranger({ ...heard, mac: "02:00:00:00:00:03", isPeer: false }), true);
  assert.deepEqual(announced, [web.prefix.address]);
});

test("it is idle when the claim that is under way has ended", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  await vips.idle();
  const { promise, resolve } = Promise.withResolvers<void>();
  kernel.ready = promise;
  const claimed = vips.claim();
  let heldWhenIdle: boolean | null = null;
  const idle = vips.idle().then(() => {
    heldWhenIdle = vips.held(web);
  });
  for (let count = 0; count < 3; count += 1) await turn();
  assert.equal(heldWhenIdle, null);
  resolve();
  await Promise.all([claimed, idle]);
  assert.equal(heldWhenIdle, true);
});

test("what a claim itself has changed is looked at later than what others change", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  const { promise, resolve } = Promise.withResolvers<void>();
  kernel.ready = promise;
  const claimed = vips.claim();
  vips.changed();
  resolve();
  await claimed;
  vips.changed();
  context.mock.timers.tick(99);
  assert.equal(kernel.looks, 0);
  context.mock.timers.tick(1);
  assert.equal(kernel.looks, 1);
  await turn();
  vips.changed();
  context.mock.timers.tick(10);
  assert.equal(kernel.looks, 2);
});
