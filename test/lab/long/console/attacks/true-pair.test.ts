/**
 * Forgeries, intrusions and floods against a console's own process, and how its pair of daemons is
 * meanwhile. What is written into texts is attacks.test.ts's.
 */
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Daemon } from "../../../../../src/daemon/daemon.ts";
import {
  guessPasswords,
  holdConnections,
  holdStreams,
} from "../../../../console/attacks/floods.ts";
import { forgeAll, misdirect, overreach } from "../../../../console/attacks/forgeries.ts";
import { oversize, smuggle, traverse } from "../../../../console/attacks/intrusions.ts";
import { everyRoute } from "../../../../console/attacks/routes.ts";
import { evil } from "../../../../console/attacks/texts.ts";
import { type Attacked, startAttacked } from "../../../../console/attacks/true-pair.ts";
import { Visitor } from "../../../../console/visitor.ts";

const readersOwn = ["/doctor/run", "/script/save", "/password/change"];
/** Looks at both daemons all the time; what was not as it should be. */
function watchDaemons({ daemons }: Attacked, t: TestContext) {
  const wrong: string[] = [];
  let looks = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      for (const [at, daemon] of daemons.entries()) {
        const { state, peer } = await daemon.status();
        if (state !== (at === 0 ? "active" : "standby")) wrong.push(`router ${at + 1} is ${state}`);
        if (!peer?.alive) wrong.push(`router ${at + 1} misses heartbeats`);
      }
      looks += 1;
      await sleep(50);
    }
  })();
  t.after(() => {
    over = true;
  });
  return async () => {
    over = true;
    await watching;
    assert.ok(looks > 10, `${looks} looks`);
    return wrong;
  };
}

async function forge(attacked: Attacked): Promise<void> {
  const routes = await everyRoute();
  const admin = await attacked.visitorAs("admin");
  const again = await attacked.visitorAs("admin");
  assert.deepEqual(await forgeAll({ routes, admin, again }), []);
  assert.deepEqual(await misdirect(admin), []);
  const reader = await attacked.visitorAs("reader");
  const web = { server: "web", real: "rs1", vs: "web" };
  assert.deepEqual(await overreach(routes, reader, readersOwn, web), []);
  const webOnly = await attacked.visitorAs("webonly");
  const everywhere = { server: "web", real: "rs1", everywhere: "yes" };
  assert.deepEqual(await overreach(routes, webOnly, readersOwn, everywhere), []);
  const own = attacked.machines.map(({ configFile }) => configFile);
  const files = [`${attacked.stateDir}/users.json`, ...own];
  assert.deepEqual(await traverse(admin, routes, files), []);
  assert.deepEqual(await smuggle(admin), []);
  assert.deepEqual(await oversize(admin, routes), []);
}

/** An id that an attacker has planted in a browser is worth nothing after the login. */
async function fixate({ url }: Attacked): Promise<void> {
  const planted = "A".repeat(43);
  const victim = new Visitor(url);
  const attacker = new Visitor(url);
  for (const visitor of [victim, attacker]) visitor.cookies.set("lvsd_session", planted);
  await victim.login("admin");
  assert.notEqual(victim.cookies.get("lvsd_session"), planted);
  assert.equal((await attacker.get("/control")).status, 303);
}

/** Much at once, of all kinds; pages of those who are inside go on coming. */
async function flood(attacked: Attacked, t: TestContext): Promise<void> {
  const admin = await attacked.visitorAs("admin");
  // A page is had meanwhile, or this throws.
  await holdConnections(admin, 600);
  const readers: Visitor[] = [];
  for (let at = 0; at < 26; at += 1) readers.push(await attacked.visitorAs("reader"));
  const streams = await holdStreams(readers, 8);
  const own = await holdStreams([admin], 1);
  assert.equal(own.opened, 1, "another user has a stream all the same");
  own.end();
  streams.end();
  const guessed = await guessPasswords(admin, { hosts: 8, each: 12, user: "reader" });
  const count = (status: number): number => guessed.statuses.get(status) ?? 0;
  assert.equal(count(303), 0);
  assert.ok(count(403) <= 50, `${count(403)} guesses were looked at`);
  assert.ok(count(429) + count(503) > 0);
  assert.equal(count(403) + count(429) + count(503) + count(0), 96);
  // MemoryMax of its unit.
  assert.ok(attacked.mostMemoryMiB() < 512, `${attacked.mostMemoryMiB()} MiB`);
  t.diagnostic(
    `of 96 guesses ${count(403)} were looked at, ${count(429)} refused, ${count(503)} sent away; a ` +
      `page took ${guessed.slowestMs.toFixed(0)} ms at most; the console had at most ` +
      `${attacked.mostMemoryMiB().toFixed(0)} MiB`,
  );
}

/** How often this happened: `control asked`. */
const happened = async (daemon: Daemon, what: string): Promise<number> =>
  (await daemon.events()).filter(({ event, kind }) => `${event} ${kind}` === what).length;

it("a console under attack lets nothing in, and its daemons do not notice", {
  timeout: 240_000,
}, async (t) => {
  const attacked = await startAttacked(t, evil);
  const [first] = attacked.daemons;
  assert.ok(first !== undefined);
  const before = await first.status();
  const changes = await happened(first, "state changed");
  const looked = watchDaemons(attacked, t);
  await forge(attacked);
  await fixate(attacked);
  // Requests count for an address for a minute: after this it is as another host.
  await attacked.restart();
  await flood(attacked, t);
  assert.deepEqual(await looked(), []);
  const after = await first.status();
  for (const key of ["state", "config", "maintenance", "faults"] as const)
    assert.deepEqual(after[key], before[key], key);
  const asked = await happened(first, "control asked");
  const changed = await happened(first, "state changed");
  assert.equal(asked, 0, "nothing was asked of the daemon");
  assert.equal(changed, changes);
  const inside = await attacked.visitorAs("admin");
  await attacked.restart();
  const old = new Visitor(attacked.url);
  for (const [name, value] of inside.cookies) old.cookies.set(name, value);
  assert.equal((await old.get("/control")).status, 303, "no session outlives the process");
});
