import assert from "node:assert/strict";
import { test } from "node:test";
import { printPrefix } from "../../../src/model/address.ts";
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
