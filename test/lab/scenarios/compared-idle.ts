import { ChangesAtSpeed } from "../changes-at-speed.ts";
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

const atSpeed = "of these, with what they led to, while the machine was at its speed";

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
    idleAtSpeed: { what: atSpeed, unit: "failovers", atMost: 0, exact: true },
    keepalivedIdle: falsely("keepalived", "idle", idleMinutes, {}),
    lvsdLoad: falsely("lvsd", "with 200 checks/s", loadMinutes, { atMost: 0 }),
    loadAtSpeed: { what: atSpeed, unit: "failovers", atMost: 0, exact: true },
    keepalivedLoad: falsely("keepalived", "with lvsd's checks beside", loadMinutes, {}),
    share: { what: "moments in which the machine was at its speed", unit: "%" },
  },
  limitSeconds: 300 + (idleMinutes + loadMinutes) * 60,
  benchOnly: true,
  async play(lab) {
    await lab.startPair({ heartbeat });
    const options = {
      advertInterval: 0.01,
      priorities: [254, 253],
      alone: lab.addresses.vip2,
    } as const;
    const beside = launchKeepalived(lab, options);
    const speed = await ChangesAtSpeed.watch(lab);
    const changes = async () => [
      lab.changesOfState(),
      await speed.count(),
      beside.reduce((sum, router) => sum + router.takeovers(), 0),
    ];
    await waitFor("keepalived on r1 holds its address alone", 10_000, () => {
      const [first, second] = beside;
      return first.holds(lab.addresses.vip2) && !second.holds(lab.addresses.vip2);
    });
    const watch = async (what: string, minutes: number) => {
      const counted = await lab.counts(minutes * 60_000, stillMaxMs, changes);
      const [lvsd = Number.NaN, atItsSpeed = Number.NaN, keepalived = Number.NaN] = counted;
      lab.say(
        `${what}: ${lvsd} changes of lvsd's state, at speed ${atItsSpeed}, ` +
          `${keepalived} takeovers of keepalived`,
      );
      return { lvsd, atItsSpeed, keepalived };
    };
    const idle = await watch("idle", idleMinutes);
    lab.rewrite({ heartbeat, virtualServers: { many: checked(lab) } });
    for (const router of lab.routers) await router.reload();
    await lab.r1.sees("the checks run", 10_000, ({ virtual_servers }) => {
      const busy = virtual_servers.find((each) => each.name === "many");
      return busy?.real_servers.every((each) => each.state === "down") === true;
    });
    const load = await watch("load", loadMinutes);
    for (const router of beside) await router.stop();
    return {
      lvsdIdle: idle.lvsd,
      idleAtSpeed: idle.atItsSpeed,
      keepalivedIdle: idle.keepalived,
      lvsdLoad: load.lvsd,
      loadAtSpeed: load.atItsSpeed,
      keepalivedLoad: load.keepalived,
      share: speed.percentAtSpeed,
    };
  },
});
