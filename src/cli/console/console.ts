/** `lvsd console`: the web console, in the foreground. It runs next to the daemon, unprivileged. */
import { resolve } from "node:path";
import { Console } from "../../console/console.ts";
import { openSystemd } from "../../system/process/systemd.ts";
import { socketIn } from "../directories.ts";
import { type CommonOptions, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

export interface ConsoleCommand extends CommonOptions {
  readonly stateDir: string;
  /** Null: as the configuration says. */
  readonly listen: string | null;
  readonly port: number | null;
  /** Where the files are that browsers load; null: where the build puts them. */
  readonly assets?: string | null;
}

/** sd-daemon(3): what journald takes for priorities. */
const priorities = { error: 3, warn: 4, info: 6 } as const;

/** Ends with a signal. Throws a MachineError where it cannot listen. */
export async function runConsole(options: ConsoleCommand, terminal: Terminal): Promise<ExitStatus> {
  const stop = terminal.untilStopped();
  const systemd = await openSystemd();
  const console = new Console({
    socketPath: socketIn(options.runDir),
    stateDir: resolve(options.stateDir),
    fixed: {
      ...(options.listen === null ? {} : { listen: options.listen }),
      ...(options.port === null ? {} : { port: options.port }),
    },
    assets: options.assets ?? null,
    log: (severity, text) =>
      terminal.out(`${terminal.interactive ? "" : `<${priorities[severity]}>`}${text}\n`),
  });
  await console.start();
  systemd.ready();
  await new Promise<void>((done) => {
    if (stop.aborted) done();
    else stop.addEventListener("abort", () => done());
  });
  systemd.stopping();
  await console.stop();
  return exit.done;
}
