import { equallyFast, keepalivedDefaults, startKeepalivedPair } from "../actors/keepalived.ts";
import { startLvsdPair } from "../actors/pair.ts";
import { type Contenders, inTurn, limitFor, roundsOr } from "../compared/compared.ts";
import { failedIn, inARow, longest, outageOf } from "../faults/synchronised-switchovers.ts";
import {
  heldAlive,
  heldConnections,
  heldConnectionsMax,
  synchronised,
} from "../instruments/held.ts";
import { median } from "../instruments/outage.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(5);
const timesEach = 10;
const times = rounds * timesEach;

const goals = (key: string, who: string, isBound: boolean): Readonly<Record<string, Goal>> => {
  const none = isBound ? { atMost: 0, exact: true } : {};
  const goal = (what: string, unit: Goal["unit"], bound = {}): Goal => ({
    what: `${times} planned switchovers, ${who}: ${what}`,
    unit,
    ...bound,
  });
  return {
    [`${key}Failed`]: goal("failed tries", "connections", none),
    [`${key}Lost`]: goal(`connections lost, of ${heldConnectionsMax} each`, "connections", none),
    [`${key}Median`]: goal("median client outage", "ms"),
    [`${key}Outage`]: goal("longest client outage", "ms"),
    [`${key}Quiet`]: goal("longest gap with nothing happening", "ms"),
  };
};

const share = (what: string): Goal => ({ what, unit: "%", atMost: 100, exact: true });

export default scenario({
  title: `${timesEach} planned switchovers in a row: lvsd, and keepalived stopped and started again`,
  topology: natPair,
  goals: {
    ...goals("lvsd", "lvsd", true),
    ...goals("keepalived", "keepalived, advert_int 0.1, 254/253", false),
    medianShare: share("planned switchovers: lvsd's median outage, of keepalived's"),
    outageShare: share("planned switchovers: lvsd's longest outage, of keepalived's"),
  },
  limitSeconds: limitFor(rounds, 180),
  benchOnly: true,
  async play(lab) {
    const keepalived = { ...keepalivedDefaults, ...equallyFast, synchronised: true };
    const contenders: Contenders = {
      lvsd: () => startLvsdPair(lab, synchronised),
      keepalived: () => startKeepalivedPair(lab, { ...keepalived, nopreempt: true }),
    };
    const outages: Record<string, number[]> = { lvsd: [], keepalived: [] };
    const figures = await inTurn(lab, rounds, contenders, async (pair) => {
      const { client, holder } = await heldConnections(lab);
      const { switchovers, controls } = await inARow(lab, pair, client, timesEach);
      outages[pair.product]?.push(...switchovers.map(outageOf));
      const { broken } = await heldAlive(lab, holder);
      await client.kill();
      await holder.kill();
      return {
        Failed: failedIn(switchovers),
        Lost: broken,
        Outage: longest(switchovers, outageOf),
        Quiet: longest(controls, outageOf),
      };
    });
    return summary(figures, outages);
  },
});

/** Over all rounds: sums of what was lost, and of the outages the longest. */
function summary(
  figures: Readonly<Record<string, readonly number[]>>,
  outages: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, number>> {
  const all = (key: string): readonly number[] => figures[key] ?? [];
  const sum = (key: string): number => all(key).reduce((total, each) => total + each, 0);
  const most = (key: string): number => Math.max(0, ...all(key));
  const middle = (product: string): number => median(outages[product] ?? []);
  const each = ["lvsd", "keepalived"].map((product) => ({
    [`${product}Failed`]: sum(`${product}Failed`),
    [`${product}Lost`]: sum(`${product}Lost`),
    [`${product}Median`]: middle(product),
    [`${product}Outage`]: most(`${product}Outage`),
    [`${product}Quiet`]: most(`${product}Quiet`),
  }));
  return Object.assign({}, ...each, {
    medianShare: (middle("lvsd") / middle("keepalived")) * 100,
    outageShare: (most("lvsdOutage") / most("keepalivedOutage")) * 100,
  });
}
