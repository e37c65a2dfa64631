import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommandRun } from "../../../src/checks/program/unprivileged.ts";
import type { ServiceConfig } from "../../../src/config/config.ts";
import type { Running } from "../../../src/daemon/config/running.ts";
import type { Doors } from "../../../src/daemon/doors.ts";
import type { PartContext } from "../../../src/daemon/part.ts";
import { nothingLeft } from "../../../src/daemon/restart/restart-state.ts";
import { ServicesPart } from "../../../src/daemon/services/services-part.ts";
import { seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";
import { eventually } from "../../system/scripts.ts";

const mail: ServiceConfig = {
  name: "mail",
  start: { command: "/bin/on", args: [] },
  stop: { command: "/bin/off", args: [] },
  timeout: seconds(5),
  check: { type: "none" },
};
const commands = { name: mail.name, start: mail.start, stop: mail.stop };

/** The part with one service, whose commands end with this status. */
function part(status = 0) {
  const ran: string[] = [];
  let faults = 0;
  let missing = 0;
  const sound = accepted(readText(soundText));
  const running = {
    role: "primary",
    config: { ...sound, failover: { ...sound.failover, services: [mail] } },
  } as unknown as Running;
  const runCommand = async (run: CommandRun) => {
    ran.push(run.command);
    const complaint = Buffer.from(status === 0 ? "" : "no disk\n");
    return { kind: "ended", status, killedBy: null, output: Buffer.alloc(0), complaint } as const;
  };
  const doors = { runCommand, runCheck: () => assert.fail(), now, report: () => {} };
  const context: PartContext = {
    doors: doors as unknown as Doors,
    running: () => running,
    faultsChanged: () => {
      faults += 1;
    },
    missingChanged: () => {
      missing += 1;
    },
  };
  return { made: new ServicesPart(context), running, ran, told: () => ({ faults, missing }) };
}

const memory = { ...nothingLeft.memory, services: [commands] };

describe("the failover services as a part of the daemon", () => {
  it("stop what runs when lvsd stops, and the end waits for that", async () => {
    const { made, running, ran } = part();
    made.recall(memory);
    made.configure(running);
    made.close("stop");
    await made.stop();
    assert.deepEqual(ran, ["/bin/off"]);
  });

  it("leave to the next process what runs, and stop nothing", async () => {
    const { made, running, ran } = part();
    made.recall(memory);
    made.configure(running);
    assert.deepEqual(made.remember(), { services: [commands] });
    made.close("leave");
    await made.stop();
    assert.deepEqual(ran, []);
  });

  it("make a service that cannot be stopped a fault, say so in the status, and call for a look", async () => {
    const { made, running, told } = part(1);
    made.recall(memory);
    made.configure(running);
    made.services.goal("rest", false);
    await eventually("the fault is there", () => made.faults().length === 1);
    assert.match(made.faults()[0]?.text ?? "", /^service mail: .*no disk/);
    const clock = { now: now(), wallClockOf: () => "2026-01-01T00:00:00.000Z" };
    const { services } = made.status(clock);
    assert.deepEqual(
      services.map(({ name, since }) => [name, since]),
      [["mail", "2026-01-01T00:00:00.000Z"]],
    );
    assert.match(services[0]?.last_error ?? "", /no disk/);
    assert.ok(told().faults > 0 && told().missing > 0);
    made.remember();
  });
});
