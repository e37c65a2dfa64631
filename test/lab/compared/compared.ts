/**
 * The same story told of lvsd and of keepalived in turn, in one guest on one network, so that
 * whatever the machine outside does befalls both alike.
 */

import { equallyFast, type KeepalivedOptions, startKeepalivedPair } from "../actors/keepalived.ts";
import { type Pair, startLvsdPair } from "../actors/pair.ts";
import type { PairOptions } from "../actors/pair-config.ts";
import { HolderWatch } from "../instruments/holder-watch.ts";
import { stillMaxMs } from "../instruments/yardstick.ts";
import type { Lab } from "../lab.ts";

/** Two settings of the two products whose outcomes are worth comparing. */
export interface Settings {
  readonly lvsd: PairOptions;
  readonly keepalived: KeepalivedOptions;
}

/** Equal detection: 100 ms and three missed. */
export const equalDetection: Settings = {
  lvsd: { heartbeat: { interval: "100ms", dead_after: "300ms" } },
  keepalived: equallyFast,
};

/** What one round of one contender came to, by name. */
type Outcome = Readonly<Record<string, number>>;
export type Story = (pair: Pair, round: number) => Promise<Outcome>;

/** Who is compared, by the name that its figures get, and how each begins. */
export type Contenders = Readonly<Record<string, () => Promise<Pair>>>;

export const bothAt = (lab: Lab, settings: Settings): Contenders => ({
  lvsd: () => startLvsdPair(lab, settings.lvsd),
  keepalived: () => startKeepalivedPair(lab, settings.keepalived),
});

/** How many rounds to tell; `ROUNDS` of `make bench`. */
export const roundsOr = (usual: number): number => Number(process.env.LAB_ROUNDS ?? usual);

/** Of a scenario with so many rounds, each with every contender in it. */
export const limitFor = (rounds: number, secondsEach: number): number => 90 + rounds * secondsEach;

/** Tells the story of all in turn, `rounds` times. Figures: the contender's name and the outcome's. */
export async function inTurn(
  lab: Lab,
  rounds: number,
  contenders: Contenders,
  story: Story,
): Promise<Record<string, number[]>> {
  const figures: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round++)
    for (const [contender, start] of Object.entries(contenders)) {
      const outcome = await undisturbed(lab, start, (pair) => story(pair, round));
      const told = Object.entries(outcome).map(([name, value]) => `${name} ${value.toFixed(0)}`);
      lab.say(`round ${round} of ${rounds}, ${contender}: ${told.join(", ")}`);
      for (const [name, value] of Object.entries(outcome)) {
        const key = `${contender}${name}`;
        figures[key] = [...(figures[key] ?? []), value];
      }
    }
  return figures;
}

/** A round that fails while the lab stands still says nothing, and is told once more. */
async function undisturbed(
  lab: Lab,
  start: () => Promise<Pair>,
  story: (pair: Pair) => Promise<Outcome>,
): Promise<Outcome> {
  for (let again = false; ; again = true) {
    const pair = await start();
    const began = lab.now();
    try {
      const outcome = await story(pair);
      await pair.end();
      return outcome;
    } catch (thrown) {
      if (again || (await lab.stoodStill(began)) <= stillMaxMs) throw thrown;
      lab.say("the lab stood still: this round is told again");
      await pair.end();
    }
  }
}

/** Calls `act` with a client that is served, and ends it whatever comes. */
export async function withClient<Result>(
  lab: Lab,
  act: (client: Awaited<ReturnType<Lab["startClient"]>>) => Promise<Result>,
): Promise<Result> {
  const client = await lab.startClient();
  try {
    return await act(client);
  } finally {
    await client.kill();
  }
}

/** Watches who holds the VIP while `act` lasts. */
export async function withWatch<Result>(
  lab: Lab,
  pair: Pair,
  act: (watch: HolderWatch) => Promise<Result>,
): Promise<Result> {
  const names = pair.machines.map(({ name }) => name);
  const watch = await HolderWatch.start(lab.addresses.vip, names);
  try {
    return await act(watch);
  } finally {
    await watch.kill();
  }
}
