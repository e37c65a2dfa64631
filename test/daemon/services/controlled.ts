/** Failover services whose commands write down what they were told. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { failed } from "../../../src/checks/check-result.ts";
import type {
  CommandEnd,
  CommandRun,
  RunCommand,
} from "../../../src/checks/program/unprivileged.ts";
import type { ServiceConfig } from "../../../src/config/config.ts";
import { FailoverServices } from "../../../src/daemon/services/failover-services.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { eventually } from "../../system/scripts.ts";

export const service = (name: string, more: Partial<ServiceConfig> = {}): ServiceConfig => ({
  name,
  start: { command: "/bin/on", args: [name] },
  stop: { command: "/bin/off", args: [name] },
  timeout: seconds(5),
  check: { type: "none" },
  ...more,
});

export const ended = (status: number): CommandEnd => ({
  kind: "ended",
  status,
  killedBy: null,
  output: Buffer.alloc(0),
  complaint: Buffer.from(status === 0 ? "" : "no disk\n"),
});

export interface Run extends CommandRun {
  readonly end: (status: number) => void;
}

/**
 * The services with commands that end when the test says so, and a check that says what it says.
 */
export function attended(t: TestContext, runCommand: RunCommand | null = null) {
  const runs: Run[] = [];
  const events: EventBody[] = [];
  const tries: { readonly endpoint: string; readonly signal: AbortSignal }[] = [];
  const check: { says: string | null } = { says: null };
  const scripted: RunCommand = (run) =>
    new Promise((resolve) => {
      runs.push({ ...run, end: (status) => resolve(ended(status)) });
      run.signal.addEventListener("abort", () => resolve({ kind: "late" }));
    });
  const services = new FailoverServices({
    runCommand: runCommand ?? scripted,
    runCheck: async (_check, endpoint, signal): Promise<Tried> => {
      tries.push({ endpoint: `${endpoint.address}:${endpoint.port}`, signal });
      const took = ms(1);
      if (check.says === null) return { kind: "passed", took };
      const reason = check.says === "no descriptors" ? "local" : "unreachable";
      return { ...failed(reason, check.says), took };
    },
    now,
    report: (event) => events.push(event),
    changed: () => {},
    role: () => "primary",
  });
  t.after(() => services.leave());
  const ran = (): string[] => runs.map(({ command, args }) => [command, ...args].join(" "));
  const run = async (count: number): Promise<Run> => {
    await eventually(`command ${count}`, () => runs.length >= count);
    return runs[count - 1] ?? assert.fail();
  };
  const is = (name: string, state: string): Promise<void> =>
    eventually(`${name} is ${state}`, () =>
      services.pictures().some((each) => each.name === name && each.state === state),
    );
  return { services, runs, ran, run, is, events, tries, check };
}
