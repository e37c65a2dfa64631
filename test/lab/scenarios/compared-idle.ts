import {
  atSpeed,
  falsely,
  heartbeat,
  share,
  startBeside,
  turnMs,
} from "../compared/beside-keepalived.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const idleMinutes = Number(process.env.LAB_MINUTES ?? "0.5");
const loadMinutes = idleMinutes / 2;

const checkedServers = 20;

/** 200 checks a second: each real server every 100 ms. Nobody listens there, which is a check too. */
function checked(lab: Lab) {
  const { realServers, vip, length } = lab.addresses;
  const check = { type: "tcp", interval: "100ms", timeout: "100ms" };
  const real_servers = Object.fromEntries(
    Array.from({ length: checkedServers }, (_, index) => [
      `rs${index}`,
      { address: realServers[index % 3], port: 2000 + index },
    ]),
  );
  return { address: `${vip}/${length}`, device: "eth0", port: 81, check, real_servers };
}

/** The load is lvsd's. */
export default scenario({
  title:
    "at 10 ms nothing fails over falsely, idle and beside 200 checks a second; keepalived beside",
  topology: natPair,
  goals: {
    lvsdIdle: falsely("lvsd", "idle", idleMinutes, { atMost: 0 }),
    idleAtSpeed: atSpeed,
    keepalivedIdle: falsely("keepalived", "idle", idleMinutes),
    lvsdLoad: falsely("lvsd", "with 200 checks/s", loadMinutes, { atMost: 0 }),
    loadAtSpeed: atSpeed,
    keepalivedLoad: falsely("keepalived", "with lvsd's checks beside", loadMinutes),
    share,
  },
  turnMs,
  limitSeconds: 300 + (idleMinutes + loadMinutes) * 60,
  benchOnly: true,
  async play(lab) {
    await lab.startPair({ heartbeat });
    const beside = await startBeside(lab);
    const idle = await beside.watch("idle", idleMinutes);
    lab.rewrite({ heartbeat, virtualServers: { many: checked(lab) } });
    for (const router of lab.routers) await router.reload();
    await lab.r1.sees("the checks run", 10_000, ({ virtual_servers }) => {
      const busy = virtual_servers.find((each) => each.name === "many");
      return busy?.real_servers.every((each) => each.state === "down") === true;
    });
    const load = await beside.watch("load", loadMinutes);
    await beside.stop();
    return {
      lvsdIdle: idle.lvsd,
      idleAtSpeed: idle.atItsSpeed,
      keepalivedIdle: idle.keepalived,
      lvsdLoad: load.lvsd,
      loadAtSpeed: load.atItsSpeed,
      keepalivedLoad: load.keepalived,
      share: beside.percentAtSpeed(),
    };
  },
});
