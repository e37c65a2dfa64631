import { readFileSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const textOf = (router: Router): string => readFileSync(router.configFile, "utf8");

/** The router's file with one address in the place of another one. */
const readdressed = (router: Router, old: string, other: string): string =>
  textOf(router).replaceAll(`"${old}"`, `"${other}"`);

async function oneHolder(lab: Lab, forMs: number, what: string): Promise<void> {
  await lab.stays(forMs, `${what}: r1 alone holds the VIP`, () => lab.holder() === lab.r1);
}

/** Both say that the files differ, and hear each other all the same. */
async function bothSay(lab: Lab): Promise<void> {
  for (const router of lab.routers)
    await router.sees(`${router.name} names the difference`, 8000, ({ peer, faults }) => {
      const isNamed = faults.some(({ kind }) => kind === "role");
      const hears = peer?.alive === true && peer.paths.every(({ alive }) => alive);
      return isNamed && hears && peer.config_match === false;
    });
  for (const router of lab.routers)
    expect(
      router.events().some(({ event, kind }) => event === "peer" && kind === "role-conflict"),
      `${router.name} has an event of it`,
    );
}

async function mistype(lab: Lab, wrong: string): Promise<void> {
  const right = textOf(lab.r1);
  const { r2 } = lab.addresses.routers;
  lab.r1.configure(readdressed(lab.r1, r2.public, wrong));
  const refused = await lab.r1.lvsd("reload");
  expect(refused.status === 1, `reload is refused: ${refused.status}`);
  expect(refused.stderr.includes(wrong), `and says why: ${refused.stderr}`);
  const planned = await lab.r1.lvsd("plan");
  expect(planned.status === 1 && planned.stderr.includes(wrong), `so does plan: ${planned.stderr}`);
  const forced = await lab.r1.lvsd("reload", "--yes");
  expect(forced.status === 0, `--yes does it: ${forced.stderr}`);
  await oneHolder(lab, 2000, "with the mistyped address");
  await bothSay(lab);
  lab.say("a mistyped digit is named on both routers, and nobody takes over");
  await lab.r2.stop();
  await lab.r2.start();
  await oneHolder(lab, 2000, "r2 started anew");
  await bothSay(lab);
  lab.r1.configure(right);
  const mended = await lab.r1.lvsd("reload");
  expect(mended.status === 0, `the mended file joins the peer, without --yes: ${mended.stderr}`);
  await matching(lab, "the mended file");
}

const matching = (lab: Lab, what: string): Promise<unknown> =>
  Promise.all(
    lab.routers.map((router) =>
      router.sees(`${router.name} agrees: ${what}`, 10_000, ({ peer, faults }) => {
        const hears = peer?.alive === true && peer.paths.every(({ alive }) => alive);
        return hears && peer.config_match === true && faults.length === 0;
      }),
    ),
  );

/** `lvsd apply` on r1 of its file with other public addresses for both routers. */
async function renumber(lab: Lab, from: readonly string[], to: readonly string[]): Promise<void> {
  const text = from.reduce(
    (before, old, index) => before.replaceAll(`"${old}"`, `"${to[index]}"`),
    textOf(lab.r1),
  );
  const file = `${lab.r1.directory}/renumbered.yaml`;
  writeFileSync(file, text);
  const applied = await lab.r1.lvsd("apply", file);
  expect(applied.status === 0, `apply gives both other addresses: ${applied.stderr}`);
  await oneHolder(lab, 1500, "renumbered");
  await matching(lab, `the routers are ${to.join(" and ")}`);
  expect(textOf(lab.r2).includes(`"${to[1]}"`), "r2 has stored it as well");
}

export default scenario({
  title:
    "a mistyped address of the peer, and a pair that gets other addresses: one holder throughout",
  topology: natPair,
  goals: {
    failed: {
      what: "mistyped peer: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 300,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient();
    const { r1, r2 } = lab.addresses.routers;
    const net = r1.public.slice(0, r1.public.lastIndexOf(".") + 1);
    await mistype(lab, `${net}213`);
    const old = [r1.public, r2.public];
    const fresh = [`${net}211`, `${net}212`];
    const early = await renumberTooEarly(lab, old, fresh);
    expect(early.includes(`${fresh[0]} is not on this machine`), `refused as yet: ${early}`);
    for (const [index, router] of lab.routers.entries())
      await router.output("ip", "addr", "add", `${fresh[index]}/24`, "dev", "eth0");
    await renumber(lab, old, fresh);
    await lab.stays(
      3000,
      "they stay in touch",
      async () => {
        const { peer } = await lab.r1.status();
        return peer?.alive === true && lab.holder() === lab.r1;
      },
      200,
    );
    await renumber(lab, fresh, old);
    for (const [index, router] of lab.routers.entries())
      await router.output("ip", "addr", "del", `${fresh[index]}/24`, "dev", "eth0");
    await oneHolder(lab, 2000, "numbered as before");
    return { failed: (await client.report()).failed };
  },
});

async function renumberTooEarly(
  lab: Lab,
  [oldFirst = "", oldSecond = ""]: readonly string[],
  [first = "", second = ""]: readonly string[],
): Promise<string> {
  const file = `${lab.r1.directory}/early.yaml`;
  const text = readdressed(lab.r1, oldFirst, first).replaceAll(`"${oldSecond}"`, `"${second}"`);
  writeFileSync(file, text);
  const refused = await lab.r1.lvsd("apply", file);
  expect(refused.status !== 0, "addresses that are not there are refused");
  return refused.stderr;
}
