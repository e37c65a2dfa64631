import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const program = "/run/lab/on-event";
const hangs = "/run/lab/on-event-hangs";

/** One line for each telling: the router, what about, and how that stands. */
const script = `#!/bin/sh
test -e ${hangs} && { sleep 61 & sleep 61; }
read -r told
case $told in *'"about":"'"$LVSD_ABOUT"'"'*) json=yes ;; *) json=no ;; esac
echo "$(ip netns identify) $LVSD_ABOUT \${LVSD_TO:-$LVSD_KIND} json:$json" >>${program}.told
`;

const told = (router: Router): string[] =>
  existsSync(`${program}.told`)
    ? readFileSync(`${program}.told`, "utf8")
        .trim()
        .split("\n")
        .filter((line) => line.startsWith(`${router.name} `))
        .map((line) => line.slice(router.name.length + 1))
    : [];

/** The last word about a subject, in whatever order the others came. */
const lastOf = (router: Router, about: string): string | undefined =>
  told(router).findLast((line) => line.startsWith(`${about} `));

export default scenario({
  title: "notify.command is told in order, also after a start; hanging it delays no takeover",
  topology: natPair,
  goals: { outage: { what: "takeover while the command hangs: outage", unit: "ms", atMost: 600 } },
  limitSeconds: 90,
  async play(lab) {
    rmSync(`${program}.told`, { force: true });
    rmSync(hangs, { force: true });
    writeFileSync(program, script, { mode: 0o755 });
    await lab.startPair({
      heartbeat: Lab.brisk,
      failover: { failback: "manual" },
      top: { notify: { command: program } },
    });
    for (const [router, state] of [
      [lab.r1, "active"],
      [lab.r2, "standby"],
    ] as const)
      for (const [about, stands] of [
        ["router", state],
        ["peer", "alive"],
        ["virtual_server web", "up"],
        ...lab.servers.map(({ name }) => [`real_server web/${name}`, "up"]),
      ])
        await waitFor(`${router.name} is told how ${about} stands`, 10_000, () => {
          return lastOf(router, about ?? "") === `${about} ${stands} json:yes`;
        });
    lab.say(`after the start r1 was told: ${told(lab.r1).join(", ")}`);

    writeFileSync(hangs, "");
    await lab.server("rs1").kill();
    await lab.r2.sees("rs1 is down", 10_000, ({ virtual_servers: [web] }) =>
      (web?.real_servers ?? []).some(({ name, state }) => name === "rs1" && state === "down"),
    );
    const client = await lab.startClient();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    await lab.served(client);
    const { outage } = await client.report();
    lab.say(`power off while the command hangs: outage ${outage.toFixed(0)} ms`);
    rmSync(hangs);
    await waitFor("the hanging command is killed", 15_000, () =>
      lab.r2.events().some(({ message }) => message.includes("killed after 10s")),
    );
    await waitFor("then r2 is told that it is active", 15_000, () => {
      return lastOf(lab.r2, "router") === "router active json:yes";
    });
    const left = lab.r2
      .processes()
      .filter((pid) => existsSync(`/proc/${pid}/cmdline`))
      .map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"))
      .filter((line) => line.startsWith("sleep"));
    expect(left.length === 0, `nothing of what hung is left: ${left.length}`);
    lab.say(`then r2 was told: ${told(lab.r2).slice(-3).join(", ")}`);
    return { outage };
  },
});
