import { realServers } from "../actors/pair-config.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "the kernel refuses one real server: it is down with the kernel's reason, the rest serves",
  topology: natPair,
  goals: {},
  async play(lab) {
    // The broadcast address of the private network: ip_vs_ctl.c takes unicast addresses only.
    const odd = { address: "10.11.12.255", check: { type: "none" } };
    const web = { real_servers: { ...realServers(lab.addresses), odd } };
    await lab.startPair({ heartbeat: Lab.brisk, web });
    const status = await lab.r1.sees("odd is down", 5000, ({ virtual_servers }) => {
      return virtual_servers[0]?.real_servers.find((each) => each.name === "odd")?.state === "down";
    });
    const server = status.virtual_servers[0]?.real_servers.find((each) => each.name === "odd");
    lab.say(`odd: ${server?.check.last_error}`);
    expect((server?.check.last_error ?? "") !== "", "status gives the kernel's reason");
    expect(status.state === "active", "r1 is active all the same");
    await waitFor("the others are in the table", 5000, () => {
      return destinationsOf(lab.r1.table(), `tcp ${lab.addresses.vip}:80`)?.length === 3;
    });
    const client = await lab.startClient();
    await lab.stays(1000, "r1 does not become unfit", () => lab.r1.holds(lab.addresses.vip));
    expect((await client.report()).failed === 0, "no connection fails");
    return {};
  },
});
