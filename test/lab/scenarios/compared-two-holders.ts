import { holdersOf, type Pair } from "../actors/pair.ts";
import {
  bothAt,
  equalDetection,
  inTurn,
  limitFor,
  roundsOr,
  type Story,
  withClient,
  withWatch,
} from "../compared/compared.ts";
import { waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(5);

/** Two intervals of `equalDetection`, and what the issue grants beyond. */
const healedMaxMs = 2 * 100 + 100;
const wokenMaxMs = 50;

/** For so long nobody else may take the VIP once one holds it. */
const settledMs = 1000;

const goal = (what: string, atMost?: number): Goal => ({
  what,
  unit: "ms",
  ...(atMost === undefined ? {} : { atMost }),
});

/** Two hold the VIP since `before`; what they do about it after `cause`. */
const storyOf =
  (lab: Lab, name: string, before: (pair: Pair) => void, cause: (pair: Pair) => void): Story =>
  (pair) =>
    withClient(lab, async (client) => {
      before(pair);
      await waitFor("two hold the VIP", 5000, () => holdersOf(lab, pair).length === 2);
      // As long as it takes until nothing moves any more.
      await lab.elapse(500);
      return withWatch(lab, pair, async (watch) => {
        const caused = lab.now();
        cause(pair);
        await waitFor("one holds the VIP", 5000, () => holdersOf(lab, pair).length === 1);
        await lab.elapse(settledMs);
        const seen = await watch.seen();
        lab.say(`${pair.product}: ${seen.told(caused)}`);
        await lab.served(client);
        return { [name]: seen.doubledUntil(caused) };
      });
    });

export default scenario({
  title: "lvsd and keepalived in turn: two holders after a healed partition, and after SIGCONT",
  topology: natPair,
  goals: {
    lvsdHealed: goal("partition healed: two holders for, lvsd", healedMaxMs),
    keepalivedHealed: goal("partition healed: two holders for, keepalived"),
    lvsdWoken: goal("SIGCONT of the active router: two holders for, lvsd", wokenMaxMs),
    keepalivedWoken: goal("SIGCONT of the active router: two holders for, keepalived"),
  },
  limitSeconds: limitFor(rounds, 60),
  benchOnly: true,
  async play(lab) {
    const { network } = lab;
    const nets = ["public", "private"] as const;
    const part = () => {
      for (const net of nets) network.part(net);
    };
    const heal = () => {
      for (const net of nets) network.heal(net);
    };
    const both = bothAt(lab, equalDetection);
    const healed = await inTurn(lab, rounds, both, storyOf(lab, "Healed", part, heal));
    const woken = await inTurn(
      lab,
      rounds,
      both,
      storyOf(
        lab,
        "Woken",
        (pair) => pair.pause(),
        (pair) => pair.resume(),
      ),
    );
    return { ...healed, ...woken };
  },
});
