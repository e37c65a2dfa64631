/** What a release and a restart leave of the VIPs, and what is said of that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { printPrefix } from "../../../src/model/address.ts";
import { seconds } from "../../../src/model/time.ts";
import { bench, form, other, six, told, web } from "./vips-bench.ts";

test("a release names what was here, and a reload of a standby releases nothing", async (context) => {
  const { vips, events, kernel } = bench();
  context.after(() => vips.close());
  await vips.look();
  vips.configure([other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  assert.deepEqual(told(events), [], "a standby held none of them");

  vips.configure([web, six]);
  kernel.ipv6 = false;
  assert.deepEqual(await vips.claim(), { ok: true });
  assert.deepEqual(await vips.release(), { ok: true });
  const [, released] = events as unknown as { kind: string; addresses: string[] }[];
  assert.deepEqual(
    [released?.kind, released?.addresses],
    ["released", [`${printPrefix(web.prefix)} on eth0`]],
  );
});

test("what is left to the next process is not claimed anew by whoever tidies or reloads", async (context) => {
  const { vips, kernel } = bench();
  context.after(() => vips.close());
  await vips.look();
  await vips.claim();
  const { claims } = kernel;
  // A form that is not ours is found, and removed, while the addresses are given a lifetime.
  kernel.forms.push(form(web, web.prefix));
  const removing = Promise.withResolvers<void>();
  kernel.beforeRemove = () => {
    removing.resolve();
    return vips.keep(seconds(13)).then(() => {});
  };
  vips.changed();
  await removing.promise;
  vips.configure([web, other]);
  assert.deepEqual(await vips.settle(), { ok: true });
  await turn();
  await turn();
  assert.equal(kernel.claims, claims);
});
