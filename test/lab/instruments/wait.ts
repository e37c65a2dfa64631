/** Waiting for conditions; the lab never sleeps for a fixed time and hopes. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../src/model/error.ts";
import { now } from "./clock.ts";

/** The story did not go as told; the message says what was expected and what was found. */
export class Unfulfilled extends Error {
  override readonly name = "Unfulfilled";
}

/** How many times as long as elsewhere everything may take: more on an emulated processor. */
export const patience = Number(process.env.LAB_PATIENCE ?? 1);

/**
 * Polls until `condition` yields something that is neither false, null nor undefined, and returns
 * that. A condition that throws is not fulfilled yet. Throws `Unfulfilled` after `withinMs`.
 */
export async function waitFor<Value>(
  what: string,
  withinMs: number,
  condition: () => Value | Promise<Value>,
  everyMs = 10,
): Promise<Exclude<Value, false | null | undefined>> {
  const limitMs = withinMs * patience;
  const deadline = now() + limitMs;
  let found: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined)
        return value as Exclude<Value, false | null | undefined>;
      found = value;
    } catch (thrown) {
      found = messageOf(thrown);
    }
    if (now() > deadline)
      throw new Unfulfilled(`${what}: not within ${limitMs} ms (last: ${JSON.stringify(found)})`);
    await sleep(everyMs);
  }
}

/** Tries that may fail in a planned change: what is half open then is lost without synchronisation. */
export const underWayMax = 3;

/** Throws `Unfulfilled` with the sentence unless it holds. */
export function expect(holds: boolean, sentence: string): void {
  if (!holds) throw new Unfulfilled(sentence);
}
