import { writeFileSync } from "node:fs";
import type { RealServerStatus } from "../../../src/control/api.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "checks that hang, answer for ever, answer garbage or never end: down with a reason, no harm",
  topology: natPair,
  goals: {},
  async play(lab) {
    const never = `${lab.r1.directory}/never`;
    writeFileSync(never, "#!/bin/sh\nsleep 1000 & sleep 1000\n", { mode: 0o755 });
    const { vip, realServers } = lab.addresses;
    const check = { type: "http", path: "/", interval: "300ms", timeout: "300ms" };
    const commands = {
      address: `${vip}/24`,
      device: "eth0",
      port: 81,
      start: "up",
      check: { type: "command", command: never, interval: "300ms", timeout: "300ms" },
      real_servers: { never: { address: realServers[0], port: 80 } },
    };
    await lab.startPair({ heartbeat: Lab.brisk, check, virtualServers: { commands } });
    const manners = { rs1: "endless", rs2: "garbage", rs3: "hang" } as const;
    for (const [name, manner] of Object.entries(manners)) await lab.server(name).behave(manner);
    const servers = (list: readonly { real_servers: readonly RealServerStatus[] }[]) =>
      list.flatMap((each) => each.real_servers);
    const status = await lab.r1.sees("all four are down", 10_000, ({ virtual_servers }) => {
      return servers(virtual_servers).every((each) => each.state === "down");
    });
    for (const each of servers(status.virtual_servers)) {
      lab.say(`${each.name}: ${each.check.last_error}`);
      expect((each.check.last_error ?? "") !== "", `${each.name} is down with a reason`);
      expect((each.check.last_error ?? "").length < 500, "of reasonable length");
    }
    expect(status.state === "active", "r1 is active");
    const sleeping = async () =>
      (
        await lab.r1.output(
          "sh",
          "-c",
          "ip netns pids r1 | xargs -r ps -o comm= -p | grep -c sleep || true",
        )
      ).trim();
    await lab.stays(
      3000,
      "programs that never end do not pile up",
      async () => Number(await sleeping()) <= 4,
    );
    for (const name of Object.keys(manners)) await lab.server(name).behave("serve");
    await waitFor("the three serve again", 10_000, () => {
      return lab.r1.table().some((each) => each.destinations.length === 3);
    });
    const client = await lab.startClient();
    expect((await client.report()).failed === 0, "and the client is served");
    return {};
  },
});
