import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const program = "/run/lab/cut-the-power";
const evidence = "/run/lab/fence-environment";

const writeFence = (script: string): void =>
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const fenceEvents = (lab: Lab, kind: string): number =>
  lab.r2.events().filter((each) => each.event === "fence" && each.kind === kind).length;

async function returnOfR1(lab: Lab): Promise<void> {
  await lab.r1.powerOn();
  await lab.r1.start();
  await lab.settled();
}

export default scenario({
  title:
    "the fence goes before an unplanned takeover; failing or hanging it does what is configured",
  topology: natPair,
  goals: {
    waited: { what: "takeover behind a fence of 1 s", unit: "ms", atLeast: 1000, exact: true },
    hung: { what: "takeover behind a fence that hangs, 500 ms", unit: "ms", atMost: 2000 },
  },
  limitSeconds: 90,
  async play(lab) {
    const pair = (on_failure: string) => ({
      heartbeat: Lab.brisk,
      failover: {
        failback_delay: "500ms",
        fence: {
          command: [program, "now"],
          timeout: on_failure === "stay" ? "5s" : "500ms",
          on_failure,
        },
      },
    });
    rmSync(evidence, { force: true });
    writeFence(`env > ${evidence}; id -u; sleep 1; echo "$1: off"`);
    await lab.startPair(pair("stay"));

    let at = lab.now();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    const waited = lab.now() - at;
    const told = readFileSync(evidence, "utf8");
    expect(told.includes("LVSD_ROLE=backup\n"), told);
    expect(told.includes(`LVSD_PEER=${lab.addresses.routers.r1.public}\n`), told);
    expect(fenceEvents(lab, "done") === 1, "the event tells that it is fenced");
    lab.say(`took over ${waited.toFixed(0)} ms after the power was off, behind its fence`);
    await returnOfR1(lab);
    expect(fenceEvents(lab, "started") === 1, "a failback needs no fence");

    writeFence("echo no answer from the switched socket >&2; exit 4");
    await lab.r1.powerOff();
    await lab.r2.sees("the peer is dead", 5000, ({ peer }) => peer?.alive === false);
    await lab.r2.sees("the failure is shown", 5000, ({ fence }) =>
      (fence ?? "").includes("no answer from the switched socket"),
    );
    await lab.stays(2000, "the standby stays", () => !lab.r2.holds(lab.addresses.vip));
    const failed = lab.r2.events().find((each) => each.event === "fence" && each.kind === "failed");
    lab.say(failed?.message ?? "");
    expect(failed?.message.includes("no answer from the switched socket") === true, "it tells why");
    expect(
      lab.r2.events().some(({ message }) => message.endsWith("not taking over")),
      "and the alarm says what follows",
    );
    await returnOfR1(lab);
    await lab.r2.sees("and no longer", 2000, ({ fence }) => fence === null);

    writeFence("sleep 61 & sleep 61");
    lab.rewrite(pair("take_over"));
    for (const router of lab.routers) await router.reload();
    at = lab.now();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    const hung = lab.now() - at;
    const left = lab.r2
      .processes()
      .map((pid) =>
        existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "",
      )
      .filter((line) => line.includes("61"));
    expect(left.length === 0, `nothing of a killed fence is left: ${left.join("; ")}`);
    lab.say(`took over ${hung.toFixed(0)} ms after the power was off, past a fence that hung`);
    return { waited, hung };
  },
});
