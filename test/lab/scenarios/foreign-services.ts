import { printTable } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "foreign IPVS services are left alone; a restarted daemon adopts the table it finds",
  topology: natPair,
  goals: {
    broken: {
      what: "kill and restart without a peer: broken connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  leaves: ["r1: service tcp 192.0.2.1:8080", "r1: service fwmark 7"],
  async play(lab) {
    const foreign = [
      "-A -t 192.0.2.1:8080 -s sh",
      "-a -t 192.0.2.1:8080 -r 192.0.2.2:80 -g -w 3",
      "-A -f 7 -s rr",
    ];
    await lab.r1.ipvsadm(...foreign);
    await lab.startServers();
    lab.configurePair({ single: true, heartbeat: Lab.brisk });
    await lab.r1.start();
    await lab.r1.sees("two foreign services are reported", 10_000, ({ ipvs, state }) => {
      return ipvs.foreign_services === 2 && state === "active";
    });
    await waitFor("the table is whole", 10_000, () =>
      lab.r1.table().some((each) => each.destinations.length === 3),
    );
    const client = await lab.startClient({ held: 6, silenceMaxMs: 20_000 });
    await waitFor("six connections are open", 5000, async () => (await client.held()).open === 6);
    const before = printTable(lab.r1.table());
    const started = lab.r1.events().length;
    lab.r1.kill();
    await waitFor("lvsd is back", 15_000, () => lab.r1.restarts === 1);
    await lab.r1.reaches("active", 15_000);
    await waitFor("it tells what it adopted", 5000, () => {
      return lab.r1
        .events()
        .slice(started)
        .some((each) => each.event === "ipvs" && each.kind === "adopted");
    });
    expect(printTable(lab.r1.table()) === before, "the table is as it was");
    await lab.served(client);
    // The client's kernel waits longer from one retransmission to the next.
    await waitFor("the held connections are answered, or broken", 20_000, async () => {
      return (await client.held()).quiet === 0;
    });
    const { broken } = await client.held();
    const { ipvs } = await lab.r1.status();
    expect(ipvs.foreign_services === 2, "the foreign services are still foreign");
    await lab.r1.stop();
    const left = lab.r1.table().map((service) => service.name);
    expect(left.length === 2, `after the end the foreign ones are there: ${left.join(", ")}`);
    return { broken };
  },
});
