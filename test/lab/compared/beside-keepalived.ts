/**
 * False takeovers at 10 ms: keepalived holds an address of its own beside lvsd, on the same routers
 * at the same time, so that both suffer the same interruptions.
 */

import { launchKeepalived } from "../actors/keepalived.ts";
import { calm } from "../instruments/calm.ts";
import { ChangesAtSpeed } from "../instruments/changes-at-speed.ts";
import { waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import type { Goal } from "../scenario.ts";

export const heartbeat = { interval: "10ms", dead_after: "40ms" };

/** Half of dead_after. */
const stillMaxMs = 20;

/**
 * Half of dead_after: a router that collects garbage has something to do for 100 to 250 ms in a
 * guest and says its beats meanwhile; the other one, a machine of its own, must say its own, too.
 */
export const turnMs = 20;

/** Of the changes that `falsely` bounds, with what they led to. */
export const atSpeed: Goal = {
  what: "of these, with what they led to, while the machine was at its speed",
  unit: "failovers",
  atMost: 0,
  exact: true,
};

export const share: Goal = { what: "moments in which the machine was at its speed", unit: "%" };

/** Without a bound it is keepalived's figure, to compare with. */
export const falsely = (
  who: string,
  what: string,
  minutes: number,
  bound: Pick<Goal, "atMost"> = {},
): Goal => ({
  what: `false takeovers at 10 ms, ${minutes} min ${what}: ${who}`,
  unit: "failovers",
  exact: true,
  ...bound,
});

export interface FalseTakeovers {
  /** lvsd's changes of state. */
  readonly lvsd: number;
  readonly atItsSpeed: number;
  readonly keepalived: number;
}

export interface Beside {
  /** Begins when what was started before has settled. */
  watch(what: string, minutes: number): Promise<FalseTakeovers>;
  /** In how many of a hundred moments watched so far the machine was at its speed. */
  percentAtSpeed(): number;
  stop(): Promise<void>;
}

/** lvsd must run on both routers; resolves when keepalived does, too. */
export async function startBeside(lab: Lab): Promise<Beside> {
  const beside = launchKeepalived(lab, {
    advertInterval: 0.01,
    priorities: [254, 253],
    alone: lab.addresses.vip2,
  });
  const speed = new ChangesAtSpeed(lab);
  await waitFor("keepalived on r1 holds its address alone", 10_000, () => {
    const [first, second] = beside;
    return first.holds(lab.addresses.vip2) && !second.holds(lab.addresses.vip2);
  });
  const changes = async () => [
    lab.changesOfState(),
    await speed.count(),
    beside.reduce((sum, router) => sum + router.takeovers(), 0),
  ];
  return {
    async watch(what, minutes) {
      await calm(lab);
      const counted = await lab.counts(minutes * 60_000, stillMaxMs, changes);
      const [lvsd = Number.NaN, atItsSpeed = Number.NaN, keepalived = Number.NaN] = counted;
      lab.say(
        `${what}: ${lvsd} changes of lvsd's state, at speed ${atItsSpeed}, ` +
          `${keepalived} takeovers of keepalived`,
      );
      return { lvsd, atItsSpeed, keepalived };
    },
    percentAtSpeed: () => speed.percentAtSpeed,
    async stop() {
      for (const router of beside) await router.stop();
    },
  };
}
