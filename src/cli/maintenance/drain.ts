/** `lvsd drain`: no new connections for a real server; with `--wait` until the last one has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import type { MaintenanceReport, NamedServer } from "../../control/api.ts";
import { type ControlClient, controlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import type { Ms } from "../../model/time.ts";
import { socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit, refusedBy } from "../outcome.ts";
import { count } from "../report/plan.ts";
import { length } from "../report/time.ts";
import type { Terminal } from "../terminal.ts";
import { ask, keptStatus, type OrderOptions, orderText } from "./order.ts";

export interface DrainOptions extends Omit<OrderOptions, "kind"> {
  /** True: without a limit; null: not at all. */
  readonly wait: Ms | true | null;
}

/** The daemon looks at its table about once a second. */
const lookEveryMs = 500;

/** Throws a MachineError where no daemon answers. */
export async function drain(options: DrainOptions, terminal: Terminal): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const report = await ask(client, { ...options, kind: "drain" });
  if (!report.ok) return refusedBy(report, terminal, options.json);
  if (options.wait === null || !report.kept) {
    terminal.out(options.json ? `${JSON.stringify(report)}\n` : orderText(report));
    return keptStatus(report, terminal);
  }
  if (!options.json) terminal.out(orderText(report));
  return follow(client, report, options, terminal);
}

async function follow(
  client: ControlClient,
  report: MaintenanceReport,
  { wait, json }: DrainOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const began = performance.now();
  const stop = terminal.untilStopped();
  let said = "";
  for (;;) {
    let left = 0;
    let waiting = 0;
    for (const server of [...report.changed, ...report.unchanged]) {
      const look = await lookAt(client, server);
      if (!look.ok) return refusedBy(look, terminal, json);
      left += look.connections ?? 0;
      if (look.state !== "drained") waiting += 1;
    }
    const took_ms = performance.now() - began;
    if (waiting === 0) {
      terminal.out(
        json
          ? `${JSON.stringify({ ...report, state: "drained", connections: left, took_ms })}\n`
          : `drained after ${length(took_ms)}\n`,
      );
      return exit.done;
    }
    const text = left === 0 ? "waiting" : `${count(left, "connection")} left`;
    if (!json && text !== said) terminal.out(`${text}\n`);
    said = text;
    if (stop.aborted || (wait !== true && wait !== null && took_ms >= wait)) {
      const message = `not drained after ${length(took_ms)}: ${count(left, "connection")} left`;
      complain(terminal, [problemElsewhere(message, "it goes on draining until enabled")], json);
      return exit.refused;
    }
    await sleep(lookEveryMs, undefined, { signal: stop }).catch(() => {});
  }
}

const lookAt = (
  client: ControlClient,
  { virtual_server, real_server }: NamedServer,
): ReturnType<ControlClient["drainProgress"]> =>
  client.drainProgress({ virtualServer: virtual_server, realServer: real_server ?? "" });
