/** The story of `make demo` (demo.ts prints it as it is told here). */

import { Nginx } from "../actors/real-server.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";
import { demoGoals, Teller } from "../teller.ts";

const failbackDelayMs = 4000;

export default scenario({
  title:
    "the story of `make demo`: a real server dies and returns, power fails and returns, switchover",
  topology: natPair,
  goals: demoGoals,
  limitSeconds: 120,
  async play(lab) {
    const teller = new Teller(lab);
    teller.scene();
    const servers = lab.servers.map((server) => new Nginx(server.name));
    for (const server of servers) server.start();
    lab.configurePair({ failover: { failback_delay: `${failbackDelayMs}ms` } });
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await lab.settled();
    const client = await lab.startClient();
    const inTable = (count: number) => () =>
      destinationsOf(lab.holder().table(), `tcp ${lab.addresses.vip}:80`)?.length === count;

    teller.step("traffic", "The client opens 100 connections a second to the VIP");
    await lab.elapse(2000);
    await teller.show(client);

    teller.step("dies", "Real server rs2 dies");
    servers[1]?.kill();
    await waitFor("rs2 is out of the table", 5000, inTable(2), 5);
    teller.note("lvsd took rs2 out of the table", "figure");
    await lab.served(client);
    await teller.show(client);

    teller.step("returns", "rs2 comes back");
    servers[1]?.start();
    await waitFor("rs2 is in the table", 5000, inTable(3), 5);
    teller.note("lvsd put rs2 back");
    await lab.elapse(1000);
    await teller.show(client);

    teller.step("power", "The active router r1 loses its power");
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    teller.note("r2 took over");
    await lab.served(client);
    await teller.show(client);

    teller.step("failback", `r1 returns; failback after ${failbackDelayMs / 1000} s of health`);
    await lab.r1.powerOn();
    await lab.r1.start();
    await lab.r1.reaches("standby", 15_000);
    teller.note("r1 is up again, and standby");
    await lab.served(client);
    client.mark();
    await lab.r1.reaches("active", failbackDelayMs + 10_000);
    teller.note("r1 took over again");
    await lab.served(client);
    await teller.show(client);

    teller.step("switchover", "An operator says `lvsd switchover` on r1");
    await lab.r1.lvsd("switchover");
    await lab.r2.reaches("active", 5000);
    teller.note("r2 is active");
    await lab.served(client);
    await teller.show(client);
    for (const server of servers) server.kill();
    return teller.figures();
  },
});
