import { randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { expect } from "../instruments/wait.ts";
import { keyFile, Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const newKey = (): string => randomBytes(32).toString("base64");

/** Replaces the keys that both routers read, and loads them: r1 first, r2 two intervals later. */
async function rotate(lab: Lab, what: string, keys: readonly string[]): Promise<void> {
  writeFileSync(keyFile, `${keys.join("\n")}\n`);
  for (const router of lab.routers) {
    expect((await router.reload()).ok, `${router.name} takes the keys: ${what}`);
    await lab.stays(800, "both hear each other", () => bothHear(lab));
  }
  lab.say(`${what}: both hear each other all the time`);
}

async function bothHear(lab: Lab): Promise<boolean> {
  const all = await Promise.all(lab.routers.map((router) => router.status()));
  return all.every(({ peer }) => peer?.alive === true && peer.paths.every(({ alive }) => alive));
}

/** A key file that is not safe, or holds no key, changes nothing. */
async function refusesBadFiles(lab: Lab, keys: readonly string[]): Promise<void> {
  const refused = async (what: string): Promise<void> => {
    for (const router of lab.routers) {
      const answer = await router.reload();
      const said = answer.ok ? "taken" : answer.problems.map(({ message }) => message).join("; ");
      expect(said.includes(what), `${router.name} refuses the key file: ${said}`);
    }
    await lab.stays(800, "the keys in force stay", () => bothHear(lab));
  };
  chmodSync(keyFile, 0o644);
  await refused("at most 0640");
  chmodSync(keyFile, 0o640);
  writeFileSync(keyFile, `${keys[0]?.slice(4)}\n`);
  await refused("it must have 32");
  writeFileSync(keyFile, `${keys.join("\n")}\n`);
}

/** Events that tell of a loss of any kind. */
const losses = (router: Router): string[] =>
  router
    .events()
    .filter(({ event, kind }) => event === "peer" && (kind === "dead" || kind === "path-dead"))
    .map(({ message }) => `${router.name}: ${message}`);

const refusedBeats = async (router: Router): Promise<number> =>
  (await router.status()).heartbeat.refused["bad-hmac"] ?? 0;

export default scenario({
  title: "the heartbeat's key is replaced on a running pair: no beat is refused, nobody is missed",
  topology: natPair,
  goals: {
    failed: {
      what: "key rotation: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const first = newKey();
    const second = newKey();
    await rotate(lab, "the present key alone", [first]).then(
      () => expect(false, "a key that only one router has cannot go unnoticed"),
      () => lab.say("a key that only one router has is noticed: the rotation is done in steps"),
    );
    for (const router of lab.routers) {
      const forced = await router.lvsd("reload", "--yes");
      expect(forced.status === 0, `${router.name} takes it with --yes: ${forced.stderr}`);
      await lab.stays(1500, "and both hear each other by the former key", () => bothHear(lab));
    }
    await lab.settled();
    const client = await lab.startClient();
    const before = await Promise.all(lab.routers.map(refusedBeats));
    const lost = lab.routers.flatMap(losses).length;
    await rotate(lab, "the new key as second line", [first, second]);
    await rotate(lab, "the lines swapped", [second, first]);
    await rotate(lab, "the old key removed", [second]);
    await refusesBadFiles(lab, [second]);
    const saved = await lab.r1.lvsd("sync");
    expect(saved.status === 0, `and the configuration's channel has the new key: ${saved.stderr}`);
    const told = lab.routers.flatMap(losses).slice(lost);
    expect(told.length === 0, `no event of a loss: ${told.join("; ")}`);
    const after = await Promise.all(lab.routers.map(refusedBeats));
    expect(after.join() === before.join(), `no beat was refused: ${before} before, ${after} after`);
    expect(lab.holder() === lab.r1, "r1 served all along");
    return { failed: (await client.report()).failed };
  },
});
