import { readFileSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const textOf = (router: Router): string => readFileSync(router.configFile, "utf8");

/** Both run this serial, have the same file, and know that of each other. */
const both = (lab: Lab, serial: number): Promise<unknown> =>
  Promise.all(
    lab.routers.map((router) =>
      router.sees(`${router.name} runs serial ${serial} and matches`, 10_000, (status) => {
        return status.config.serial === serial && status.peer?.config_match === true;
      }),
    ),
  );

/** Runs `lvsd apply` on a router with this text. */
async function apply(lab: Lab, router: Router, text: string) {
  const file = `${router.directory}/next.yaml`;
  writeFileSync(file, text);
  const result = await router.lvsd("apply", file);
  lab.say(`${router.name}: lvsd apply: ${(result.stdout + result.stderr).trim()}`);
  return result;
}

const weights = (text: string, weight: number): string =>
  text.replace(/("address": "[^"]*\.1")( *,\s*"weight": \d+)?(\s*\})/, `$1, "weight": ${weight}$3`);

async function agreeOrRefuse(lab: Lab): Promise<void> {
  const first = `# kept by lvsd\n${weights(textOf(lab.r1), 3)}`;
  expect((await apply(lab, lab.r1, first)).status === 0, "apply on the active router ends with 0");
  await both(lab, 2);
  expect(textOf(lab.r1) === textOf(lab.r2), "both routers have the same file");
  expect(textOf(lab.r2).startsWith("# kept by lvsd\n"), "comments stay");
  await lab.r1.output("ip", "addr", "add", "10.99.0.1/24", "dev", "eth0");
  const real = { address: lab.addresses.realServers[0] };
  const second = { address: "10.99.0.5/24", port: 80, real_servers: { only: real } };
  const oneSided = textOf(lab.r1).replace(
    '"virtual_servers": {',
    `"virtual_servers": { "second": ${JSON.stringify(second)},`,
  );
  const before = textOf(lab.r1);
  const refused = await apply(lab, lab.r1, oneSided);
  expect(refused.status === 2, `what only r1 can run ends with 2 (${refused.status})`);
  expect(/on the backup: .*10\.99\.0\.5/.test(refused.stderr), "and says that r2 cannot");
  expect(
    lab.routers.every((each) => textOf(each) === before),
    "neither file has changed",
  );
  lab.r1.configure(oneSided);
  for (const word of ["plan", "reload"]) {
    const { status, stderr } = await lab.r1.lvsd(word);
    expect(status === 2, `${word} ends with 2 as well (${status})`);
    expect(/on the backup: .*10\.99\.0\.5/.test(stderr), "for the same reason");
  }
  const forced = await lab.r1.lvsd("plan", "--yes");
  expect(forced.status === 0 && /10\.99\.0\.5/.test(forced.stdout), "which --yes passes");
  lab.r1.configure(before);
  await both(lab, 2);
}

/**
 * Root of one router is not root of the other: what it wrote there goes to the peer by `sync` and by
 * the daemon itself, and the peer judges it by its own file.
 */
async function refuseOthersPrograms(lab: Lab): Promise<void> {
  const before = textOf(lab.r1);
  const program = before.replace("{", '{ "notify": { "command": ["/bin/sh", "-c", "exit 0"] },');
  lab.r1.configure(program);
  expect((await lab.r1.reload()).ok, "r1 takes the program that its root wrote");
  const pushed = await lab.r1.lvsd("sync");
  expect(pushed.status === 2, `r2 refuses it (${pushed.status})`);
  expect(
    /on the backup: notify\.command: \/bin\/sh/.test(pushed.stderr),
    `says r2: ${pushed.stderr}`,
  );
  await lab.stays(2500, "r2 keeps its file", () => textOf(lab.r2) === before);
  lab.r1.configure(before);
  expect((await lab.r1.reload()).ok, "r1 takes its file back");
  await both(lab, 2);
}

/** Ten MiB are taken in and refused, without a word to the peer. */
async function refuseHugeOnes(lab: Lab): Promise<void> {
  const before = textOf(lab.r1);
  const huge = await apply(lab, lab.r1, `${before}\n#${"x".repeat(10 * 1024 * 1024)}\n`);
  expect(huge.status === 2, `10 MiB end with 2 (${huge.status})`);
  expect(/larger than/.test(huge.stderr), "and the bound is named");
  expect(!/backup/.test(huge.stderr), "and nothing else");
  expect(textOf(lab.r1) === before && textOf(lab.r2) === before, "neither file has changed");
  await both(lab, 2);
}

async function catchUp(lab: Lab): Promise<void> {
  await lab.r2.stop();
  await lab.r1.sees("r1 knows that r2 is away", 5000, (status) => status.peer?.alive === false);
  const away = await apply(lab, lab.r1, weights(textOf(lab.r1), 4));
  expect(away.status === 0 && away.stdout.includes("catches up"), "r1 stores it alone");
  expect(textOf(lab.r1) !== textOf(lab.r2), "r2 has the old file");
  await lab.r2.start();
  await both(lab, 3);
  expect(textOf(lab.r1) === textOf(lab.r2), "r2 has caught up");
}

/** How often the router has told that the peer's configuration is another one. */
const differing = (router: Router): number =>
  router.events().filter(({ event, kind }) => event === "peer" && kind === "config-mismatch")
    .length;

async function leaveHandEdits(lab: Lab): Promise<void> {
  const before = lab.routers.map(differing);
  const edited = `# by hand\n${textOf(lab.r2)}`;
  lab.r2.configure(edited);
  expect((await lab.r2.reload()).ok, "r2 takes its edited file");
  for (const [index, router] of lab.routers.entries()) {
    await router.sees("the mismatch is shown", 5000, ({ peer }) => peer?.config_match === false);
    await waitFor("and is an event", 2000, () => differing(router) > (before[index] ?? 0));
  }
  await lab.stays(2500, "r2 keeps its file", () => textOf(lab.r2) === edited);
  const refused = await apply(lab, lab.r1, weights(textOf(lab.r1), 5));
  expect(refused.status === 1, `apply is refused now (${refused.status})`);
  expect(textOf(lab.r2) === edited, "r2 still keeps its file");
  const pushed = await lab.r1.lvsd("sync");
  expect(pushed.status === 0, `lvsd sync pushes: ${pushed.stderr}`);
  await both(lab, 3);
  expect(textOf(lab.r1) === textOf(lab.r2), "both have r1's file");
  const diff = await lab.r2.lvsd("config", "diff");
  expect(diff.stdout.includes("-# by hand"), `r2's history has the edit: ${diff.stdout}`);
  const back = await lab.r2.lvsd("config", "rollback");
  expect(back.status === 0, `and rolls back to it, on both: ${back.stderr}`);
  await both(lab, 4);
  expect(textOf(lab.r1).startsWith("# by hand\n"), "r1 has r2's edit");
}

export default scenario({
  title: "a configuration is stored on both routers or on none; who was away catches up",
  topology: natPair,
  goals: {
    broken: { what: "apply: broken connections", unit: "connections", atMost: 0, exact: true },
  },
  limitSeconds: 150,
  leaves: ["r1: address 10.99.0.1"],
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient({ held: 6 });
    await waitFor("connections are open", 5000, async () => (await client.held()).open === 6);
    await agreeOrRefuse(lab);
    await refuseHugeOnes(lab);
    await refuseOthersPrograms(lab);
    await catchUp(lab);
    await leaveHandEdits(lab);
    expect((await client.report()).failed === 0, "no client noticed anything");
    return { broken: (await client.held()).broken };
  },
});
