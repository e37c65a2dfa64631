import { startKeepalivedPair } from "../actors/keepalived.ts";
import { startLvsdPair } from "../actors/pair.ts";
import { type Contenders, inTurn, limitFor, roundsOr, withClient } from "../compared/compared.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(3);

/** How long after the kill the observer asks who has the VIP. */
const watchedMs = 8000;

const goals = (who: string, key: string, lvsd: boolean): Readonly<Record<string, Goal>> => ({
  [`${key}Doubled`]: {
    what: `kill -9: of ${watchedMs} ms two machines answered for, ${who}`,
    unit: "ms",
    ...(lvsd ? { atMost: 500 } : {}),
  },
  [`${key}Outage`]: { what: `kill -9: client outage, ${who}`, unit: "ms" },
  ...(lvsd
    ? {
        [`${key}Beyond`]: {
          what: `kill -9: one machine answers after the outage and, ${who}`,
          unit: "ms",
          atMost: 500,
          exact: true,
        },
      }
    : {}),
});

export default scenario({
  title: "kill -9 on the active router, lvsd and keepalived in turn: who answers for the VIP",
  topology: natPair,
  goals: {
    ...goals("lvsd", "lvsd", true),
    ...goals("keepalived, all of it", "keepalived", false),
    ...goals("keepalived, its VRRP process", "vrrp", false),
  },
  limitSeconds: limitFor(rounds, 75),
  benchOnly: true,
  async play(lab) {
    const options = { advertInterval: 0.25, priorities: [254, 253] } as const;
    const contenders: Contenders = {
      lvsd: () => startLvsdPair(lab, {}),
      keepalived: () => startKeepalivedPair(lab, options),
      vrrp: () => startKeepalivedPair(lab, { ...options, killed: "vrrp" }),
    };
    return inTurn(lab, rounds, contenders, (pair) =>
      withClient(lab, async (client) => {
        const observer = await lab.startObserver();
        const killed = lab.now();
        pair.kill();
        await lab.elapse(watchedMs);
        const doubled = await observer.doubled(killed);
        const settled = await observer.settled(killed);
        await observer.kill();
        const { outage } = await client.report();
        return { Doubled: doubled, Outage: outage, Beyond: settled - outage };
      }),
    );
  },
});
