/** `lvsd takeover-from keepalived` on a router of the lab, which plays systemd. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, type Lab } from "../lab.ts";
import { commandOf } from "../machine/machine.ts";
import { type KeepalivedRouter, keepalivedDefaults, launchKeepalived } from "./keepalived.ts";
import type { CommandResult, Router } from "./router.ts";

/** Real servers, and keepalived on both routers; r1 holds the VIP, both tables are whole. */
export async function keepalivedPair(
  lab: Lab,
): Promise<readonly [KeepalivedRouter, KeepalivedRouter]> {
  await lab.startServers();
  const [first, second] = launchKeepalived(lab, keepalivedDefaults);
  await waitFor("keepalived on r1 holds the VIP alone", 180_000, () => {
    return first.holds(lab.addresses.vip) && !second.holds(lab.addresses.vip);
  });
  await waitFor("both keepalived have checked", 180_000, () => {
    return first.hasChecked() && second.hasChecked();
  });
  return [first, second];
}

/** What lvsd makes of both routers' files, with a key of its own; written to both. */
export async function imported(lab: Lab): Promise<string> {
  const { r1, addresses } = lab;
  writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const { r1: one, r2: two } = addresses.routers;
  const read = await r1.lvsd(
    ...["import", `${r1.directory}/keepalived.conf`, `${lab.r2.directory}/keepalived.conf`],
    ...["--primary", `${one.public},${one.private}`, "--backup", `${two.public},${two.private}`],
  );
  lab.say(read.stderr);
  expect(read.status === 0, "everything of keepalived's is carried over");
  const text = read.stdout.replace("heartbeat:\n", `heartbeat:\n  key_file: ${keyFile}\n`);
  for (const router of lab.routers) router.configure(text);
  return text;
}

/** Whether keepalived runs there, frozen or not. */
export const hasKeepalived = (router: Router): boolean =>
  router.processes().some((pid) => commandOf(pid) === "keepalived");

/** `lvsd takeover-from` at an operator's usual priority: what is frozen meanwhile does not wait. */
export async function takeoverFrom(
  lab: Lab,
  router: Router,
  ...more: string[]
): Promise<CommandResult> {
  const base = `${router.directory}/takeover`;
  const said = await router.output(
    ...["sh", "-c", '"$@" >"$0.out" 2>"$0.err"; echo $?', base],
    ...[`${lab.surroundings.project}/bin/lvsd`, "takeover-from", "keepalived"],
    ...[`${router.directory}/keepalived.conf`, "-c", router.configFile],
    ...["--run-dir", router.runDirectory, "--state-dir", router.stateDirectory, ...more],
  );
  const [stdout, stderr] = ["out", "err"].map((each) => readFileSync(`${base}.${each}`, "utf8"));
  return { status: Number(said.trim()), stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** The lab plays systemd: what starts the unit says so by a file. */
export async function takeOver(lab: Lab, router: Router): Promise<CommandResult> {
  const go = `${router.directory}/go`;
  rmSync(go, { force: true });
  const done = takeoverFrom(lab, router, "--start", `touch ${go}`);
  await Promise.race([
    waitFor(`${router.name} starts lvsd`, 180_000, () => existsSync(go)),
    done.then(({ stderr }) => lab.say(stderr)),
  ]);
  if (existsSync(go)) await router.start();
  return done;
}
