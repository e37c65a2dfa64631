/**
 * `lvsd run` without a configuration that can be run: serves the control socket and nothing else,
 * until a configuration is there; then the process starts anew with it.
 */

import { join } from "node:path";
import { socketName } from "../../control/api.ts";
import { startControlServer } from "../../control/server.ts";
import { type Problem, printProblem } from "../../keys/problem.ts";
import { version } from "../../model/version.ts";
import { ensureDirectory } from "../../system/file/files.ts";
import { peerUser } from "../../system/net/peer-user.ts";
import { wallClock } from "../../system/process/clock.ts";
import { lockDirectory } from "../../system/process/lock.ts";
import { openLog } from "../../system/process/log.ts";
import { becomeAnew, ownImage } from "../../system/process/process-image.ts";
import { openSystemd } from "../../system/process/systemd.ts";
import { lastGood } from "../config/last-good.ts";
import { Journal } from "../journal.ts";
import { causeOf, unconfigured } from "./unconfigured.ts";

/** The watchdog is fed this many times in its interval. */
const feedsPerInterval = 3;

/** `problems`: why the file cannot be run; null: there is none. Throws MachineError. */
export async function runUnconfigured(
  problems: readonly Problem[] | null,
  { configPath, runDir, stateDir }: { configPath: string; runDir: string; stateDir: string },
): Promise<{ readonly status: 0 }> {
  ensureDirectory(runDir, 0o711);
  ensureDirectory(stateDir);
  // Never closed: the process that comes of this one has it.
  lockDirectory(runDir);
  const log = openLog();
  const journal = new Journal((event) => log.event(event), wallClock);
  const systemd = await openSystemd();
  const image = ownImage();
  const end = Promise.withResolvers<"stop" | "configured">();
  const controlled = unconfigured({
    path: configPath,
    problems,
    journal,
    wallClock,
    configured: () => end.resolve("configured"),
    configuredBefore: () => lastGood(stateDir) !== null,
  });
  journal.record({ event: "process", kind: "started", version, config: configPath });
  const text = causeOf({ path: configPath, problems });
  journal.record({ event: "config", kind: "unconfigured", text });
  if (problems !== null)
    journal.record({ event: "config", kind: "refused", problems: problems.map(printProblem) });
  const control = await startControlServer({
    socketPath: join(runDir, socketName),
    controlled,
    warn: (warning) => journal.record({ event: "control", kind: "warning", text: warning }),
    userOf: peerUser,
  });
  const stop = (): void => end.resolve("stop");
  const hangUp = (): void => {
    systemd.reloading();
    void controlled.reload({ yes: false, discard: null }).finally(() => systemd.ready());
  };
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", hangUp);
  systemd.ready();
  systemd.status(`unconfigured: ${text}`);
  const { watchdogWithin } = systemd;
  const feeding =
    watchdogWithin === null
      ? undefined
      : setInterval(() => systemd.feed(), watchdogWithin / feedsPerInterval);
  const why = await end.promise;
  clearInterval(feeding);
  if (why === "stop") systemd.stopping();
  // What was answered last is on its way: the server waits for it.
  await control.close();
  process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", hangUp);
  journal.flush();
  log.flush();
  if (why === "configured") becomeAnew(image);
  return { status: 0 };
}
