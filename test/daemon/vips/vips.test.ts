import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { hostPrefix, printPrefix } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { seconds } from "../../../src/model/time.ts";
import {
  bench,
  form,
  gateway,
  lacking,
  other,
  prefixOf,
  six,
  told,
  until,
  vlan,
  web,
} from "./vips-bench.ts";

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

test("what cannot be held is left out, said with its number, and claimed when it can", async (context) => {
  const { kernel, vips, events, announced } = bench();
  context.after(() => vips.close());
  kernel.ipv6 = false;
  vips.configure([web, six, vlan]);
  await vips.look();
  const faults = [
    "vip eth0 1: 2001:db8::1/64 on eth0 cannot be held: IPv6 is off on eth0",
    `vip eth0.91 1: ${printPrefix(vlan.prefix)} on eth0.91 cannot be held: there is no device eth0.91`,
  ];
  assert.deepEqual(lacking(vips), faults, "before it is tried");
  assert.deepEqual(await vips.claim(), { ok: true });
  assert.deepEqual(
    [web, six, vlan].map((each) => vips.held(each)),
    [true, false, false],
  );
  assert.deepEqual(lacking(vips), faults);
  vips.announce();
  events.splice(0);
  announced.splice(0);
  kernel.ipv6 = true;
  kernel.devices.set("eth0.91", 9);
  vips.changed();
  await until("all are held", () => [six, vlan].every((each) => vips.held(each)));
  await until("all are announced", () => announced.length >= 3);
  assert.deepEqual([lacking(vips), told(events)], [[], ["vip restored", "vip restored"]]);
});

test("a claim of which nothing can be held has failed", async (context) => {
  const { vips } = bench();
  context.after(() => vips.close());
  vips.configure([vlan]);
  await vips.look();
  assert.deepEqual(await vips.claim(), {
    ok: false,
    why: `${printPrefix(vlan.prefix)} on eth0.91 cannot be held: there is no device eth0.91`,
  });
});

test("what the kernel refused once stays known until its device or the configuration changes", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  vips.configure([web, other]);
  await vips.look();
  kernel.refuses.set(other.prefix.address, "RTNETLINK answers: No buffer space available");
  assert.deepEqual(await vips.claim(), { ok: true });
  const faults = [
    `vip eth0 1: ${printPrefix(other.prefix)} on eth0 cannot be held: RTNETLINK answers: No buffer space available`,
  ];
  assert.deepEqual(lacking(vips), faults);
  assert.deepEqual(await vips.release(), { ok: true });
  await vips.look();
  assert.deepEqual(lacking(vips), faults, "also of a router that holds nothing");
  vips.configure([web, other]);
  await vips.look();
  assert.deepEqual(lacking(vips), []);
});

test("the real servers' gateway weighs as much as all addresses", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  kernel.devices.delete("eth1");
  vips.configure([gateway, web, other]);
  await vips.look();
  assert.deepEqual(
    vips.faults().map(({ subject, count }) => [subject, count]),
    [["eth1", 3]],
  );
});

test("an address in any form answers: found by the holder and by who holds nothing", async (context) => {
  const { kernel, vips, events } = bench();
  context.after(() => vips.close());
  vips.configure([web, other]);
  const elsewhere = form({ ...other, device: "eth1" }, prefixOf("192.0.2.2/28"), true);
  kernel.forms = [form(web, prefixOf("192.0.2.1/24"), true), elsewhere];
  await vips.look();
  assert.deepEqual(
    [web, other].map((each) => vips.held(each)),
    [true, true],
  );
  vips.changed();
  await until("they are taken away", () => kernel.forms.length === 0);
  assert.deepEqual(told(events), ["vip left-behind", "vip left-behind"]);
  assert.deepEqual(await vips.claim(), { ok: true });
  events.splice(0);
  kernel.forms.push(form(web, prefixOf("192.0.2.1/24"), true), elsewhere);
  vips.changed();
  await until("only ours is left", () => kernel.forms.length === 2);
  assert.deepEqual(kernel.forms, [form(web), form(other)]);
  assert.deepEqual(told(events), ["vip left-behind", "vip left-behind"]);
});

test("an own form of which the kernel would speak is made anew", async (context) => {
  const { kernel, vips } = bench();
  context.after(() => vips.close());
  kernel.forms = [form(web, hostPrefix(web.prefix), true)];
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  vips.changed();
  await until("it is no source", () => kernel.forms.every(({ address }) => !address.source));
  assert.deepEqual([kernel.forms, vips.held(web)], [[form(web)], true]);
});

test("a device that is renamed keeps its VIPs, and they go with a release", async (context) => {
  const { kernel, vips, events } = bench();
  context.after(() => vips.close());
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  kernel.devices = new Map([
    ["lan0", 2],
    ["eth1", 3],
  ]);
  kernel.forms = [form({ ...web, device: "lan0" })];
  events.splice(0);
  vips.changed();
  await until("it is told", () => events.length > 0);
  assert.deepEqual([told(events), vips.faults(), vips.held(web)], [["link renamed"], [], true]);
  assert.deepEqual(vips.wanted, [{ ...web, device: "lan0" }]);
  assert.deepEqual(await vips.release(), { ok: true });
  assert.deepEqual(kernel.forms, []);
  const [{ addresses }] = events.filter((event) => event.kind === "released") as [
    EventBody & { addresses: string[] },
  ];
  assert.deepEqual(addresses, [`${printPrefix(web.prefix)} on lan0`]);
});

test("a reload that brings no address claims none, in words either", async (context) => {
  const { kernel, vips, events } = bench();
  context.after(() => vips.close());
  await vips.look();
  assert.deepEqual(await vips.claim(), { ok: true });
  assert.deepEqual(told(events), ["vip claimed"]);
  vips.configure([web]);
  assert.deepEqual(await vips.settle(), { ok: true });
  assert.deepEqual(told(events), []);
  vips.configure([web, other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  const [event] = events as unknown as { addresses: string[] }[];
  assert.deepEqual(event?.addresses, [`${printPrefix(other.prefix)} on eth0`]);
  vips.configure([other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  assert.deepEqual(
    kernel.forms.map(({ address }) => address.prefix.address),
    [other.prefix.address],
  );
});
