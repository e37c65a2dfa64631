import { launchKeepalived } from "../keepalived.ts";
import type { Lab } from "../lab.ts";
import type { Goal } from "../scenario.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { waitFor } from "../wait.ts";

const idleMinutes = Number(process.env.LAB_MINUTES ?? "0.5");
const loadMinutes = idleMinutes / 2;

/** Half of dead_after. */
const stillMaxMs = 20;

const heartbeat = { interval: "10ms", dead_after: "40ms" };
const checkedServers = 20;

const falsely = (who: string, what: string, minutes: number, bound: Partial<Goal>): Goal => ({
  what: `false takeovers at 10 ms, ${minutes} min ${what}: ${who}`,
  unit: "failovers",
  exact: true,
  ...bound,
});

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

/**
 * keepalived holds an address of its own beside lvsd, on the same routers at the same time, so that
 * both suffer the same interruptions; the load is lvsd's.
 */
export default scenario({
  title:
    "at 10 ms nothing fails over falsely, idle and beside 200 checks a second; keepalived beside",
  topology: natPair,
  goals: {
    lvsdIdle: falsely("lvsd", "idle", idleMinutes, { atMost: 0 }),
    keepalivedIdle: falsely("keepalived", "idle", idleMinutes, {}),
    lvsdLoad: falsely("lvsd", "with 200 checks/s", loadMinutes, { atMost: 0 }),
    keepalivedLoad: falsely("keepalived", "with lvsd's checks beside", loadMinutes, {}),
  },
  limitSeconds: 240 + (idleMinutes + loadMinutes) * 60,
  benchOnly: true,
  async play(lab) {
    await lab.startPair({ heartbeat });
    const options = {
      advertInterval: 0.01,
      priorities: [254, 253],
      alone: lab.addresses.vip2,
    } as const;
    const beside = launchKeepalived(lab, options);
    const changes = () => [
      lab.changesOfState(),
      beside.reduce((sum, router) => sum + router.takeovers(), 0),
    ];
    await waitFor("keepalived on r1 holds its address alone", 10_000, () => {
      const [first, second] = beside;
      return first.holds(lab.addresses.vip2) && !second.holds(lab.addresses.vip2);
    });
    const [lvsdIdle = Number.NaN, keepalivedIdle = Number.NaN] = await lab.counts(
      idleMinutes * 60_000,
      stillMaxMs,
      changes,
    );
    lab.say(`idle: ${lvsdIdle} changes of lvsd's state, ${keepalivedIdle} takeovers of keepalived`);
    lab.rewrite({ heartbeat, virtualServers: { many: checked(lab) } });
    for (const router of lab.routers) await router.reload();
    await lab.r1.sees("the checks run", 10_000, ({ virtual_servers }) => {
      const busy = virtual_servers.find((each) => each.name === "many");
      return busy?.real_servers.every((each) => each.state === "down") === true;
    });
    const [lvsdLoad = Number.NaN, keepalivedLoad = Number.NaN] = await lab.counts(
      loadMinutes * 60_000,
      stillMaxMs,
      changes,
    );
    lab.say(`load: ${lvsdLoad} changes of lvsd's state, ${keepalivedLoad} takeovers of keepalived`);
    for (const router of beside) await router.stop();
    return { lvsdIdle, keepalivedIdle, lvsdLoad, keepalivedLoad };
  },
});
