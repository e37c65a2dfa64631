import { existsSync } from "node:fs";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const heldConnections = 50;
const restarts = 5;

export default scenario({
  title:
    "lvsd restart on both, several times, and systemctl restart: nothing is lost, nobody takes over",
  topology: natPair,
  goals: {
    failed: {
      what: "lvsd restart: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    broken: { what: "and broken connections", unit: "connections", atMost: 0, exact: true },
    doubled: { what: "and two machines answer for", unit: "ms", atMost: 0, exact: true },
    away: { what: "and until the next process serves", unit: "ms", atMost: 8000 },
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    await lab.server("rs2").kill();
    await lab.r1.sees("rs2 is down", 10_000, ({ virtual_servers: [web] }) =>
      (web?.real_servers ?? []).some(({ name, state }) => name === "rs2" && state === "down"),
    );
    const client = await lab.startClient({ held: heldConnections });
    const observer = await lab.startObserver();
    client.mark();
    const began = lab.now();
    const pid = lab.r1.pid;
    const table = JSON.stringify(lab.r1.table().map(({ destinations }) => destinations.length));
    let away = 0;
    for (let time = 0; time < restarts; time++) {
      const { started } = await lab.r1.status();
      const asked = lab.now();
      const answer = await lab.r1.restart();
      expect(answer.ok, `the restart is taken: ${JSON.stringify(answer)}`);
      const next = await lab.r1.sees(
        "the next process is active",
        15_000,
        (status) => status.started !== started && status.state === "active",
      );
      away = Math.max(away, lab.now() - asked);
      const rs2 = next.virtual_servers[0]?.real_servers.find(({ name }) => name === "rs2");
      expect(rs2?.state === "down", `what was down is known to be down, not ${rs2?.state}`);
    }
    lab.say(`${restarts} restarts of the active router, the longest took ${away.toFixed(0)} ms`);
    const command = await lab.r2.lvsd("restart");
    expect(command.status === 0, `lvsd restart on the standby: ${JSON.stringify(command)}`);
    lab.say(command.stdout.trim());
    const said = await lab.r1.lvsd("restart");
    expect(said.status === 0, `lvsd restart on the active router: ${JSON.stringify(said)}`);
    lab.say(said.stdout.trim());
    expect(lab.r1.pid === pid && lab.r1.restarts === 0, "it is the same process number all along");
    await lab.r1.restartUnit();
    await lab.r1.reaches("active", 15_000);
    expect(lab.r1.pid !== pid, "systemctl restart: it is another process");
    await lab.served(client);
    const { failed, tries, byFailure, outageFrom } = await client.report();
    const { broken } = await client.held();
    lab.say(`${failed} of ${tries} tries failed, ${broken} connections broke`);
    if (failed > 0) lab.say(`${JSON.stringify(byFailure)}, most at ${lab.wallClock(outageFrom)}`);
    expect(lab.holder() === lab.r1, "r1 holds the VIP");
    const after = JSON.stringify(lab.r1.table().map(({ destinations }) => destinations.length));
    expect(after === table, `the table is as it was: ${table}, ${after}`);
    const changes = lab.r2
      .events()
      .filter(({ event, kind }) => event === "state" && kind === "changed");
    expect(!changes.some((change) => "to" in change && change.to === "active"), "r2 never served");
    for (const name of ["hold", "restart.json"])
      expect(!existsSync(`${lab.r1.runDirectory}/${name}`), `no ${name} is left`);
    const expiring = await lab.r1.output("ip", "-o", "addr", "show", "to", lab.addresses.vip);
    expect(expiring.includes("valid_lft forever"), `the VIP is permanent again: ${expiring}`);
    const doubled = await observer.doubled(began);
    await lab.r1.killForGood();
    expect(!lab.r1.holds(lab.addresses.vip), "a later crash is cleaned up after");
    return { failed, broken, doubled, away };
  },
});
