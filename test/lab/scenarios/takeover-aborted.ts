import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { CommandResult, Router } from "../actors/router.ts";
import {
  hasKeepalived,
  imported,
  keepalivedPair,
  takeOver,
  takeoverFrom,
} from "../actors/takeover.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { commandOf, signal } from "../machine/machine.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Longer than VRRP's three adverts and its skew, and than lvsd's dead_after. */
const settledMs = 4000;

export default scenario({
  title: "a takeover from keepalived that ends in the middle leaves one router that serves",
  topology: natPair,
  goals: {},
  limitSeconds: 600,
  async play(lab) {
    const { r1, r2, addresses } = lab;
    await keepalivedPair(lab);
    const sound = await imported(lab);
    // What keepalived's table has otherwise, so that lvsd on r1 has something that it cannot do.
    const changed = sound.replaceAll("weight: 1", "weight: 2");
    expect(changed !== sound, "the import has weights");
    for (const router of lab.routers) router.configure(changed);
    const client = await lab.startClient({ intervalMs: 50 });

    lab.say("r2: killed while keepalived is frozen there");
    await killedWhileFrozen(lab, r2);
    await lab.served(client);
    lab.say("r2: taken over");
    const standby = await takeOver(lab, r2);
    expect(standby.status === 0, `r2 is taken over: ${standby.stderr}`);

    lab.say("r1: interrupted when its lvsd runs and cannot program the table");
    const { status, stderr } = await interrupted(lab, r1);
    lab.say(stderr);
    expect(status === 1, "the takeover failed");
    expect(/the other router's lvsd serves/.test(stderr), "it says who serves");
    expect(!hasKeepalived(r1), "keepalived does not go on next to it");
    await lab.stays(settledMs, "r2 alone holds the VIP", () => {
      return r2.holds(addresses.vip) && !r1.holds(addresses.vip);
    });
    await r2.reaches("active", 1000);
    await lab.served(client);

    lab.say("r1: mended, and started");
    await r1.restoreProgram("ipvsadm");
    await r1.start();
    await r1.reaches("standby", 20_000);
    expect(!r1.holds(addresses.vip), "it stands by");
    return {};
  },
});

const proc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};

/** T: frozen (proc(5), stat). */
const stateOf = (pid: number): string =>
  proc(pid, "stat")
    .replace(/^.*\) /s, "")
    .slice(0, 1);

/** The process that runs `lvsd takeover-from`, by what it was started with. */
function commandIn(router: Router): number {
  const found = router.processes().filter((pid) => {
    return commandOf(pid) !== "sh" && proc(pid, "cmdline").includes("\0takeover-from\0");
  });
  expect(found.length === 1, `one process takes over, not ${found.length}`);
  return found[0] ?? 0;
}

/** SIGKILL leaves no time to go back: what was frozen is thawed by its watcher. */
async function killedWhileFrozen(lab: Lab, router: Router): Promise<void> {
  const frozen = `${router.directory}/frozen`;
  const start = `${router.directory}/start.sh`;
  writeFileSync(start, `touch ${frozen}\nsleep 60\n`);
  const done = takeoverFrom(lab, router, "--start", `sh ${start}`);
  await waitFor("keepalived is frozen", 180_000, () => existsSync(frozen));
  const pids = router.processes().filter((pid) => commandOf(pid) === "keepalived");
  expect(pids.length > 0 && pids.every((pid) => stateOf(pid) === "T"), "every process is");
  signal(commandIn(router), "SIGKILL");
  await waitFor("keepalived goes on", 10_000, () => pids.every((pid) => stateOf(pid) !== "T"));
  for (const pid of router.processes()) if (commandOf(pid) === "sleep") signal(pid, "SIGTERM");
  await done;
  await lab.stays(settledMs, "r1 alone holds the VIP", () => {
    return lab.r1.holds(lab.addresses.vip) && !lab.r2.holds(lab.addresses.vip);
  });
}

/** ^C once lvsd answers; the lab plays what stops the unit. */
async function interrupted(lab: Lab, router: Router): Promise<CommandResult> {
  const [go, stop, stopped] = ["go", "stop", "stopped"].map(
    (each) => `${router.directory}/${each}`,
  );
  for (const each of [go, stop, stopped]) rmSync(each ?? "", { force: true });
  const stops = `${router.directory}/stop.sh`;
  writeFileSync(stops, `touch ${stop}\nuntil test -e ${stopped}; do sleep 0.05; done\n`);
  await router.replaceProgram(
    "ipvsadm",
    '#!/bin/sh\ncase $1 in --restore | -R) exit 1 ;; esac\nexec REAL "$@"\n',
  );
  const done = takeoverFrom(
    ...([lab, router] as const),
    ...["--start", `touch ${go}`, "--stop", `sh ${stops}`],
  );
  await waitFor("lvsd is to be started", 180_000, () => existsSync(go ?? ""));
  await router.start();
  await waitFor("it answers", 30_000, () => router.status());
  signal(commandIn(router), "SIGINT");
  await waitFor("lvsd is to be stopped", 180_000, () => existsSync(stop ?? ""));
  await router.stop();
  writeFileSync(stopped ?? "", "");
  return done;
}
