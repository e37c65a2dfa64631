/**
 * `lvsd takeover-from keepalived`: lvsd takes keepalived's place on a live router.
 *
 * keepalived is frozen, not stopped: VIPs and IPVS table stay in the kernel, traffic goes on, and
 * lvsd adopts both as after an announced restart. Only when lvsd serves is keepalived killed, which
 * gives it no time to clean up. Where lvsd does not come to serve, keepalived goes on as before.
 *
 * The standby goes first. Its lvsd claims nothing until it hears the other one's; and the router
 * that holds the VIPs is taken over only once that lvsd is heard, since a standby keepalived would
 * take the VIPs as soon as this one is frozen.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { judgeTakeover } from "../../advice/takeover.ts";
import type { Config } from "../../config/config.ts";
import { roleHere } from "../../config/on-this-machine.ts";
import { readConfig } from "../../config/read-config.ts";
import type { Status } from "../../control/api.ts";
import { controlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import { addMs } from "../../model/time.ts";
import { diskFiles, readKeyFile } from "../../system/file/config-files.ts";
import { ensureDirectory, removeFile } from "../../system/file/files.ts";
import { now } from "../../system/process/clock.ts";
import { holdFor, leaveAwaitedPeer, leaveHold } from "../../system/process/left-words.ts";
import { lockDirectory } from "../../system/process/lock.ts";
import { findProgram } from "../../system/process/other-program.ts";
import { check } from "../config/check.ts";
import { defaultConfig, socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit } from "../outcome.ts";
import { length } from "../report/time.ts";
import type { Terminal } from "../terminal.ts";
import { goBack } from "./go-back.ts";
import { peerSilent } from "./hear-peer.ts";
import { readKernel } from "./kernel-before.ts";
import { claimedByKeepalived } from "./other-files.ts";
import type { Takeover, TakeoverOptions } from "./takeover.ts";
import { command, endOther } from "./units.ts";

/**
 * lvsd serves within a second or two of its start; a large table and a slow machine take longer.
 */
const servesWithinMs = 30_000;
const lookEveryMs = 20;
const renewHoldMs = 1000;
/** What does not start fails at once; what fails later may have touched the kernel. */
const atOnceMs = 2000;
const interrupted = "the takeover was interrupted";

/** Throws MachineError where the machine cannot be asked. */
export async function takeoverFrom(
  options: TakeoverOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  if (options.dryRun) return takeover(options, terminal);
  // systemd takes the run directory away when lvsd stops.
  ensureDirectory(options.stateDir);
  const lock = lockDirectory(options.stateDir, "another takeover is under way here; wait for it");
  try {
    return await takeover(options, terminal);
  } finally {
    lock.close();
  }
}

async function takeover(options: TakeoverOptions, terminal: Terminal): Promise<ExitStatus> {
  const judged = await judge(options, terminal);
  if (typeof judged === "number") return judged;
  const what = judged.isHolder
    ? "this router holds the VIPs: lvsd adopts them and the table in place"
    : "this router stands by: lvsd stands by in its place, and waits for the other one's lvsd";
  terminal.error(`${what}\n`);
  if (options.dryRun) {
    terminal.error("nothing stands against it; nothing was done (--dry-run)\n");
    return exit.done;
  }
  return replace(judged);
}

async function judge(options: TakeoverOptions, terminal: Terminal): Promise<Takeover | ExitStatus> {
  const refuse = (message: string, hint: string): ExitStatus => {
    complain(terminal, [problemElsewhere(message, hint)]);
    return exit.refused;
  };
  const file = resolve(options.config ?? defaultConfig);
  const how = { config: file, runDir: options.runDir, json: false, here: true, replacing: true };
  const status = await check(how, terminal);
  if (status !== exit.done) return status;
  const read = readConfig(file, diskFiles);
  if ("problems" in read) return exit.invalid;
  const { config, places } = read;
  const before = await readKernel();
  const here = roleHere(config, before.interfaces);
  if (typeof here === "string")
    return refuse("this machine is neither router", "see lvsd check --here");
  if (existsSync(socketIn(options.runDir)) && (await statusOf(options.runDir)) !== null)
    return refuse("lvsd runs here already", "there is nothing to take over");
  const other = findProgram("keepalived");
  if (other === null) return refuse("no keepalived runs here", "start lvsd: systemctl start lvsd");
  const theirs = claimedByKeepalived(options.file, config, options.instance);
  if ("problems" in theirs) {
    complain(terminal, theirs.problems);
    return exit.refused;
  }
  const { isHolder, refusals } = judgeTakeover(config, { ...before, claimed: theirs.claimed });
  const problems = refusals.map(({ message, hint }) => problemElsewhere(message, hint));
  complain(terminal, problems);
  if (problems.length > 0 && !options.yes)
    return refuse("nothing was touched: keepalived goes on", "--yes goes on in spite of this");
  const key = readKeyFile(config, places);
  if ("problems" in key) {
    complain(terminal, key.problems);
    return exit.invalid;
  }
  if (isHolder && !options.alone && config.routers.backup !== null) {
    const why = await peerSilent(config, here.role, key.keys);
    if (why !== null)
      return refuse(
        `${why}: keepalived on the other router would take the VIPs meanwhile`,
        "take that one over first (lvsd takeover-from keepalived there), or say --alone where none runs",
      );
  }
  const { role } = here;
  return { options, terminal, config, role, keys: key.keys, other, before, isHolder };
}

async function replace(takeover: Takeover): Promise<ExitStatus> {
  const { options, terminal, other } = takeover;
  const began = performance.now();
  let why: string | null;
  let touched = false;
  let renewed: NodeJS.Timeout | undefined;
  // ^C and a terminal that is hung up go back too: a frozen keepalived must not stay behind.
  let underWay = "it is going back already";
  const stopped = terminal.untilStopped(() => {
    terminal.error(`lvsd: ${underWay}: this ends by itself within a minute\n`);
  });
  try {
    const unit = options.start === null ? "lvsd" : null;
    other.freeze({ unit, socket: socketIn(options.runDir) });
    leaveWords(takeover);
    // However long the machine takes to start it, what it finds then is kept on purpose.
    renewed = setInterval(() => renewHold(takeover), renewHoldMs);
    await command(options.start, ["systemctl", "start", "lvsd"], stopped);
    touched = true;
    why = await untilServing(takeover, stopped);
  } catch (thrown) {
    if (!(thrown instanceof MachineError)) throw thrown;
    touched ||= stopped.aborted || performance.now() - began > atOnceMs;
    why = stopped.aborted ? interrupted : thrown.message;
  } finally {
    clearInterval(renewed);
  }
  if (why !== null) return goBack(takeover, touched, why);
  underWay = "lvsd serves, and keepalived is being ended";
  // lvsd serves: whatever systemd says, keepalived must not go on next to it.
  const failed = await endOther(other, options.start === null);
  complain(
    terminal,
    failed.map(({ message, hint }) => problemElsewhere(`lvsd serves; ${message}`, hint)),
  );
  const took = length(performance.now() - began);
  const state = takeover.isHolder
    ? "active, with the VIPs and the table that were there"
    : "ready to stand by";
  terminal.out(`lvsd has taken keepalived's place after ${took}: ${state}\n`);
  if (!takeover.isHolder && !options.alone)
    terminal.out("next: lvsd takeover-from keepalived on the router that holds the VIPs\n");
  return failed.length === 0 ? exit.done : exit.refused;
}

/** The daemon that starts now finds out what it is to do with what it finds. */
function leaveWords({ options, isHolder }: Takeover): void {
  ensureDirectory(options.runDir, 0o711);
  ensureDirectory(options.stateDir);
  // That of a daemon that was killed: its successor's is a sign of life.
  removeFile(socketIn(options.runDir));
  if (isHolder) leaveHold(options.runDir, addMs(now(), holdFor), 0o644);
  else if (!options.alone) leaveAwaitedPeer(options.stateDir);
}

/** As long as no daemon has adopted the addresses, which takes the hold away. */
function renewHold({ options, isHolder }: Takeover): void {
  if (!isHolder || existsSync(socketIn(options.runDir))) return;
  try {
    leaveHold(options.runDir, addMs(now(), holdFor), 0o644);
  } catch (thrown) {
    // An lvsd that finds none frees the addresses and claims them again.
    if (!(thrown instanceof MachineError)) throw thrown;
  }
}

/** Null once lvsd does what keepalived did; otherwise why it does not. */
async function untilServing(
  { options, config, isHolder }: Takeover,
  stopped: AbortSignal,
): Promise<string | null> {
  const until = performance.now() + servesWithinMs;
  let why = "lvsd does not answer on its control socket";
  while (performance.now() < until) {
    if (stopped.aborted) return interrupted;
    const status = await statusOf(options.runDir);
    if (status !== null) {
      const lacking = lacks(status, config, isHolder);
      if (lacking === null) return null;
      why = lacking;
    }
    await sleep(lookEveryMs);
  }
  return why;
}

function lacks(status: Status, config: Config, isHolder: boolean): string | null {
  if (!status.ipvs.in_sync)
    return `the table is not programmed: ${status.ipvs.last_error ?? "yet"}`;
  if (!isHolder) return status.state === "fault" ? `it is unfit: ${status.cause}` : null;
  if (status.state !== "active") return `it is ${status.state}: ${status.cause}`;
  const missing = status.vips.filter(({ held }) => !held).map(({ address }) => address);
  if (missing.length > 0) return `it does not hold ${missing.join(", ")}`;
  return status.vips.length < config.vips.length ? "it does not know all VIPs" : null;
}

async function statusOf(runDir: string): Promise<Status | null> {
  try {
    return await controlClient(socketIn(runDir)).status();
  } catch (thrown) {
    if (thrown instanceof MachineError) return null;
    throw thrown;
  }
}
