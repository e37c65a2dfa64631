/**
 * `lvsd run`: opens every door, starts the parts in one visible order, listens to signals, and
 * closes everything in reverse. What the daemon does in between is in daemon.ts and serving.ts.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checksWith } from "../checks/check.ts";
import { containThrows } from "../checks/containment.ts";
import { runUnprivileged } from "../checks/program/unprivileged.ts";
import { throughRunner } from "../checks/runner/client.ts";
import { socketName } from "../control/api.ts";
import { startControlServer } from "../control/server.ts";
import { type Problem, printProblem, problemElsewhere } from "../keys/problem.ts";
import { MachineError, messageOf } from "../model/error.ts";
import type { Role } from "../model/router.ts";
import { addMs, type Instant, seconds } from "../model/time.ts";
import { version } from "../model/version.ts";
import { ensureDirectory } from "../system/file/files.ts";
import type { Ip } from "../system/ip/ip.ts";
import { openMachine } from "../system/machine.ts";
import { peerUser } from "../system/net/peer-user.ts";
import { now, wallClock } from "../system/process/clock.ts";
import { lockDirectory } from "../system/process/lock.ts";
import { openLog } from "../system/process/log.ts";
import {
  becomeAnew,
  checkImage,
  ownImage,
  type ProcessImage,
} from "../system/process/process-image.ts";
import { enterRealTime, leaveRealTime, priorities } from "../system/process/real-time.ts";
import { giveBackNowAndThen, giveBackSpareMemory } from "../system/process/spare-memory.ts";
import { openSystemd, type Systemd } from "../system/process/systemd.ts";
import { runningPrograms } from "../system/program/program.ts";
import { firstConfig } from "./config/first-config.ts";
import type { Written } from "./config/running.ts";
import { Daemon, type Ended } from "./daemon.ts";
import { Journal } from "./journal.ts";
import { holdFor } from "./restart/restart-state.ts";
import { runUnconfigured } from "./unconfigured/run-unconfigured.ts";

export interface RunOptions {
  /** Absolute paths. */
  readonly configPath: string;
  readonly runDir: string;
  readonly stateDir: string;
  /** The role of the command line; null: found by the own addresses. */
  readonly role: Role | null;
  /** The socket of the runner of operators' programs; null: they are children of this process. */
  readonly runner: string | null;
  /** An invalid or missing file ends it, whatever was loaded before. */
  readonly strict: boolean;
}

/** How often a router looks for its own address while none is there. */
const lookEveryMs = 500;
/** The watchdog is fed this many times in its interval, so that one late feed is no death. */
const feedsPerInterval = 3;
/** The unit says SIGUSR2 before the SIGTERM of a restart (ExecStop); one that is late is a stop. */
const terminatedWithin = seconds(5);

/**
 * Runs until a signal ends it, or until it finds that it cannot run. Throws for bugs of ours only.
 */
export async function runDaemon(options: RunOptions): Promise<Ended> {
  try {
    const first = await firstConfig(options);
    if ("refused" in first) return { status: 2, problems: first.refused };
    if ("unconfigured" in first) return await runUnconfigured(first.unconfigured, options);
    return await runWith(first.written, first.fileProblems, options);
  } catch (thrown) {
    if (!(thrown instanceof MachineError)) throw thrown;
    return { status: 1, problems: [problemElsewhere(messageOf(thrown))] };
  }
}

async function runWith(
  written: Written,
  fileProblems: readonly Problem[] | null,
  options: RunOptions,
): Promise<Ended> {
  const { configPath, runDir, stateDir, role } = options;
  // Operators pass through to the control socket; what lies next to it has its own mode.
  ensureDirectory(runDir, 0o711);
  ensureDirectory(stateDir);
  // Never closed: the next process may have it when this one has ended.
  lockDirectory(runDir);
  const log = openLog();
  const journal = new Journal((event) => log.event(event), wallClock);
  const systemd = await openSystemd();
  const machine = openMachine();
  const { ip, listings } = machine.doors;
  const image = ownImage();
  const restart = Promise.withResolvers<"restart">();
  const runCommand = options.runner === null ? runUnprivileged : throughRunner(options.runner);
  const daemon = new Daemon(written, {
    doors: {
      ...machine.doors,
      runCommand,
      runCheck: checksWith(runCommand),
      runner: options.runner !== null,
      runDir,
      stateDir,
    },
    journal,
    role,
    fileProblems,
    announceStatus: (text) => systemd.status(text),
    imageRefused: () => checkedImage(image),
    restart: () => restart.resolve("restart"),
  });
  // A bug of ours ends the process; what led to it must not be lost with it.
  process.on("uncaughtExceptionMonitor", () => journal.flush());
  containThrows((what, thrown) => {
    const text = `${what} threw after its end: ${messageOf(thrown)}`;
    journal.record({ event: "machine", kind: "failed", text });
  });
  journal.record({ event: "process", kind: "started", version, config: configPath });
  if (fileProblems !== null) {
    const problems = fileProblems.map(printProblem);
    journal.record({ event: "config", kind: "kept", serial: written.config.serial, problems });
  }
  const control = await startControlServer({
    socketPath: join(runDir, socketName),
    controlled: daemon,
    warn: (text) => journal.record({ event: "control", kind: "warning", text }),
    userOf: peerUser,
  });
  let ended: Ended | "restart";
  let inRealTime = false;
  try {
    listings.start();
    ended = await serveUntilStopped(daemon, ip, systemd, {
      restart: restart.promise,
      serving: async () => {
        inRealTime = await hurry(journal);
      },
    });
  } finally {
    await control.close();
    await machine.close();
    journal.flush();
    log.flush();
  }
  if (ended !== "restart") return ended;
  // A start is work for half a second that nothing waits for.
  if (inRealTime) leaveRealTime();
  return becomeAnew(image);
}

/** From now on beats and takeovers depend on this process; whether it is in real time. */
async function hurry(journal: Journal): Promise<boolean> {
  try {
    if (!(await enterRealTime(runningPrograms()))) return false;
    const text = `in real time from now on (round robin, priority ${priorities.loop})`;
    journal.record({ event: "process", kind: "real-time", text });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof MachineError)) throw thrown;
    const text = `a busy machine may delay heartbeats and hand-overs: ${thrown.message}`;
    journal.record({ event: "process", kind: "no-real-time", text });
    return false;
  }
}

interface Turns {
  /** Somebody asked for the next process. */
  readonly restart: Promise<"restart">;
  /** Called once beats are sent and VIPs may be held. */
  readonly serving: () => Promise<void>;
}

/** `return`: systemd ends this process to start the next one at once. */
interface Cause {
  readonly kind: "stop" | "return";
  readonly text: string;
}

function checkedImage(image: ProcessImage): string | null {
  try {
    checkImage(image);
    return null;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

async function serveUntilStopped(
  daemon: Daemon,
  ip: Ip,
  systemd: Systemd,
  { restart, serving }: Turns,
): Promise<Ended | "restart"> {
  const stop = Promise.withResolvers<Cause>();
  const stopping = new AbortController();
  let returnsUntil: Instant | null = null;
  const expectReturn = (): void => {
    returnsUntil = addMs(now(), terminatedWithin);
  };
  const terminate = (signal: string): void => {
    const returns = signal === "SIGTERM" && returnsUntil !== null && now() < returnsUntil;
    returnsUntil = null;
    stop.resolve({ kind: returns ? "return" : "stop", text: `${signal} received` });
    if (!returns) stopping.abort();
  };
  const hangUp = (): void => {
    systemd.reloading();
    void daemon.reload({ yes: false, discard: null }).finally(() => systemd.ready());
  };
  process.on("SIGTERM", terminate).on("SIGINT", terminate).on("SIGHUP", hangUp);
  process.on("SIGUSR2", expectReturn);
  try {
    const addressed = await Promise.race([
      whenAddressed(daemon, ip, systemd, stopping.signal),
      stop.promise,
    ]);
    if (!("kind" in addressed) && addressed.length > 0) return { status: 2, problems: addressed };
    if (!("kind" in addressed)) {
      await serving();
      systemd.ready();
    }
    const watchdog = feedWatchdog(daemon, systemd);
    const endGivingBack = giveBackNowAndThen(giveBackSpareMemory);
    const cause = await Promise.race([stop.promise, restart]);
    clearInterval(watchdog);
    endGivingBack();
    if (cause === "restart") return await leave(daemon, systemd, stopping.signal);
    systemd.stopping();
    if (cause.kind === "return" && (await daemon.restartRefused()) === null) {
      await leave(daemon, systemd, stopping.signal);
      return { status: 0 };
    }
    stopping.abort();
    await daemon.stop(cause.text);
    return { status: 0 };
  } finally {
    process.off("SIGTERM", terminate).off("SIGINT", terminate).off("SIGHUP", hangUp);
    process.off("SIGUSR2", expectReturn);
  }
}

/**
 * Leaves addresses and table to the next process. A signal that comes meanwhile ends the service:
 * what was kept is then cleaned up as after a crash, or expires.
 */
async function leave(
  daemon: Daemon,
  systemd: Systemd,
  stopping: AbortSignal,
): Promise<Ended | "restart"> {
  // The last feed was a while ago, and the next process has to get to its first one.
  systemd.feed();
  systemd.restarting(holdFor);
  await daemon.leave();
  if (!stopping.aborted) return "restart";
  daemon.renounce();
  return { status: 0 };
}

/**
 * Serves as soon as one of the own addresses is there; the problems when it never could. Waiting
 * for an address is no failure to start: systemd would end that after a while.
 */
async function whenAddressed(
  daemon: Daemon,
  ip: Ip,
  systemd: Systemd,
  stopping: AbortSignal,
): Promise<readonly Problem[]> {
  while (!stopping.aborted) {
    const outcome = await daemon.serve(await ip.readInterfaces());
    if (outcome === "serving") return [];
    if (outcome !== "waiting") return outcome;
    systemd.ready();
    systemd.status("starting: waits for one of the routers' own addresses");
    // A signal ends the wait: nothing else would let a process go that never found its address.
    await sleep(lookEveryMs, undefined, { signal: stopping }).catch(() => {});
  }
  return [];
}

/**
 * Vouches for the work: the failover machine handles a wake, and nothing that it has asked for is
 * overdue. A daemon that merely has a running event loop is not fed.
 */
function feedWatchdog(daemon: Daemon, systemd: Systemd): NodeJS.Timeout | undefined {
  const { watchdogWithin } = systemd;
  if (watchdogWithin === null) return undefined;
  return setInterval(() => {
    const engine = daemon.serving?.engine;
    engine?.input({ kind: "wake" });
    if (engine?.healthy ?? true) systemd.feed();
  }, watchdogWithin / feedsPerInterval);
}
