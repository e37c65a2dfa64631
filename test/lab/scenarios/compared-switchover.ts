import { equallyFast, keepalivedDefaults, startKeepalivedPair } from "../actors/keepalived.ts";
import { holdersOf, startLvsdPair } from "../actors/pair.ts";
import { type Contenders, inTurn, limitFor, roundsOr } from "../compared/compared.ts";
import {
  heldAlive,
  heldConnections,
  heldConnectionsMax,
  synchronised,
} from "../instruments/held.ts";
import { waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(3);

const goals = (who: string, key: string, bound: number | null): Readonly<Record<string, Goal>> => ({
  [`${key}Failed`]: {
    what: `planned switchover: failed tries, ${who}`,
    unit: "connections",
    ...(bound === null ? {} : { atMost: 0, exact: true }),
  },
  [`${key}Kept`]: {
    what: `planned switchover: connections kept of ${heldConnectionsMax}, ${who}`,
    unit: "connections",
    ...(bound === null ? {} : { atLeast: heldConnectionsMax, exact: true }),
  },
  [`${key}Outage`]: {
    what: `planned switchover: client outage, ${who}`,
    unit: "ms",
    ...(bound === null ? {} : { atMost: bound }),
  },
  [`${key}Complete`]: {
    what: `planned switchover: from the command until the peer alone holds the VIP, ${who}`,
    unit: "ms",
    ...(bound === null ? {} : { atMost: 200 }),
  },
});

export default scenario({
  title: "a planned switchover with synchronised connections: lvsd, and keepalived stopped",
  topology: natPair,
  goals: {
    ...goals("lvsd", "lvsd", 20),
    ...goals("keepalived, defaults", "keepalived", null),
    ...goals("keepalived, advert_int 0.1, 254/253", "tuned", null),
  },
  limitSeconds: limitFor(rounds, 120),
  benchOnly: true,
  async play(lab) {
    const keepalived = { ...keepalivedDefaults, synchronised: true };
    const contenders: Contenders = {
      lvsd: () => startLvsdPair(lab, synchronised),
      keepalived: () => startKeepalivedPair(lab, keepalived),
      tuned: () => startKeepalivedPair(lab, { ...keepalived, ...equallyFast }),
    };
    return inTurn(lab, rounds, contenders, async (pair) => {
      const { client, holder } = await heldConnections(lab);
      client.mark();
      const commanded = lab.now();
      await pair.leave();
      await waitFor(
        "the peer alone holds the VIP",
        10_000,
        () => {
          const holders = holdersOf(lab, pair);
          return holders.length === 1 && holders[0] === pair.machines[1];
        },
        5,
      );
      const complete = lab.now() - commanded;
      await lab.served(client);
      const { outage, failed } = await client.report();
      await client.kill();
      const { open } = await heldAlive(lab, holder);
      await holder.kill();
      return { Failed: failed, Kept: open, Outage: outage, Complete: complete };
    });
  },
});
