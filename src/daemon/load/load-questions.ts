/** How each type of load monitor asks, and what its answer makes of the load that was known. */
import { fillIn } from "../../checks/program/command.ts";
import { failureOf } from "../../checks/program/command-end.ts";
import type { RunCommand } from "../../checks/program/unprivileged.ts";
import type { RealServer } from "../../config/config.ts";
import {
  type LoadMonitor,
  loadBounds,
  usualLoadCommand,
} from "../../config/schema/load-monitor.ts";
import { readAgent } from "../../health/load/agent.ts";
import { afterAgent, type Load, noLoad, withFactor } from "../../health/load/load.ts";
import { loadPerCore } from "../../health/load/prometheus.ts";
import { nextFactor } from "../../health/load/rule.ts";
import { readLoad } from "../../health/load/written.ts";
import { readEscapes } from "../../keys/escapes.ts";
import type { RwhoReports } from "../../system/load/rwho-reports.ts";

/** What was found out; `value` is the load that was read, null where an agent gives a weight. */
export interface Answer {
  readonly load: Load;
  readonly value: number | null;
}

type Trouble = { readonly trouble: string };

export interface Question {
  readonly monitor: LoadMonitor;
  readonly realServer: RealServer;
  readonly before: Load;
  readonly signal: AbortSignal;
}

/** What questions need of the machine. */
export interface Askers {
  readonly runCommand: RunCommand;
  readonly rwho: Pick<RwhoReports, "load">;
}

const usualPorts = { agent: 3333, prometheus: 9100, snmp: 161 } as const;
const laLoad1 = "1.3.6.1.4.1.2021.10.1.3.1";

/** Asks once, within the monitor's `timeout`. Throws MachineError, or says the trouble. */
export async function askLoad(question: Question, askers: Askers): Promise<Answer | Trouble> {
  const { monitor, before } = question;
  if (monitor.type === "agent") {
    const { askAgent } = await import("../../system/load/agent-line.ts");
    const send = monitor.send === null ? null : readEscapes(monitor.send);
    const line = await askAgent(endpoint(question), typeof send === "string" ? null : send);
    const said = readAgent(line);
    if ("trouble" in said) return said;
    return { load: afterAgent(before, said, loadBounds(monitor)), value: null };
  }
  const read = await sample(question, askers);
  if (typeof read !== "number") return read;
  // node_exporter's text names the processors.
  const value = monitor.type === "prometheus" ? read : read / monitor.divideBy;
  const factor = nextFactor(monitor.rule, before.factor, value, loadBounds(monitor));
  // What an agent said before a reload cannot be taken back by that agent any more.
  return { load: withFactor(noLoad, factor), value };
}

const endpoint = ({ monitor, realServer, signal }: Question) => ({
  address: realServer.address,
  port: monitor.port ?? usualPorts[monitor.type as keyof typeof usualPorts] ?? 0,
  timeout: monitor.timeout,
  signal,
});

async function sample(question: Question, askers: Askers): Promise<number | Trouble> {
  const { monitor, realServer } = question;
  switch (monitor.type) {
    case "prometheus": {
      const { readMetrics } = await import("../../system/load/metrics.ts");
      return loadPerCore(await readMetrics(endpoint(question)));
    }
    case "rup": {
      const { askRstat } = await import("../../system/load/rstat.ts");
      return askRstat({ ...endpoint(question), port: monitor.port });
    }
    case "ruptime":
      return askers.rwho.load(realServer.address, realServer.name);
    case "snmp": {
      const { askSnmp } = await import("../../system/load/snmp.ts");
      const { oid, communityFile } = monitor;
      return readLoad(await askSnmp(endpoint(question), { oid: oid ?? laLoad1, communityFile }));
    }
    case "command":
      return printed(question, askers.runCommand);
    case "agent":
      throw new RangeError("an agent gives a weight");
    default:
      return monitor.type satisfies never;
  }
}

async function printed(
  { monitor, realServer, signal }: Question,
  runCommand: RunCommand,
): Promise<number | Trouble> {
  const command = monitor.command ?? usualLoadCommand;
  const end = await runCommand({
    command,
    args: monitor.args.map((argument) => fillIn(argument, realServer)),
    environment: {},
    signal: AbortSignal.any([signal, AbortSignal.timeout(monitor.timeout)]),
  });
  const failure = failureOf(end, `it did not end within ${monitor.timeout} ms`);
  if (failure !== null) return { trouble: `${command}: ${failure}` };
  const found = readLoad(end.kind === "ended" ? end.output.toString("utf8") : "");
  return typeof found === "number" ? found : { trouble: `${command}: ${found.trouble}` };
}
