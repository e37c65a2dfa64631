/** `lvsd runner`: runs operators' programs for the daemon, as another user. systemd starts it. */
import { containThrows } from "../checks/containment.ts";
import { startRunner } from "../checks/runner/server.ts";
import { MachineError, messageOf } from "../model/error.ts";
import { type ExitStatus, exit } from "./outcome.ts";
import type { Terminal } from "./terminal.ts";

/** The first descriptor that systemd hands over: sd_listen_fds(3). */
const firstListening = 3;

/** Serves until a signal ends it. Throws MachineError where systemd has handed no socket over. */
export async function runner(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<ExitStatus> {
  const { LISTEN_FDS: count, LISTEN_PID: pid } = environment;
  if (count !== "1" || pid !== String(process.pid))
    throw new MachineError("no socket was handed over; systemd starts it: lvsd-runner.socket");
  containThrows((what, thrown) => terminal.error(`lvsd: ${what}: ${messageOf(thrown)}\n`));
  const server = await startRunner({ fd: firstListening });
  const stop = terminal.untilStopped();
  await new Promise<void>((resolve) => {
    if (stop.aborted) return resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  server.close();
  return exit.done;
}
