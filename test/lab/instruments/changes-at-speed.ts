/**
 * Which of the routers' changes of state came while the machine was at its speed (yardstick.ts).
 *
 * With a heartbeat of 10 ms and 40 ms of patience a router that could not run for 40 ms lets go, as
 * it must, and a machine that is taken to a tenth of its speed for tens of ms makes that happen.
 */
import type { LvsdEvent } from "../../../src/model/event.ts";
import type { Lab } from "../lab.ts";
import { undisturbed } from "./yardstick.ts";

/** What made a router judge has happened within this time before: twice its patience. */
const beforeMs = 80;
/** A change is told when the addresses have moved, so long after the judgement at most. */
const movedWithinMs = 100;
/** A change so soon after another one is its consequence. */
const togetherMs = 1000;
/** How often a moment is looked at to say how often the machine is at its speed. */
const sampleEveryMs = 1000;

/**
 * When a router judged what then led to a change of state: that it had slept, or that its peer was
 * dead. In ms since 1970, oldest first; without consequences and failbacks. A change that no
 * judgement precedes stands for itself.
 */
export function judgements(events: readonly LvsdEvent[]): number[] {
  const at = (wanted: (event: LvsdEvent) => boolean): number[] =>
    events
      .filter(wanted)
      .map((event) => Date.parse(event.at))
      .sort((one, other) => one - other);
  const judged = at(({ event, kind }) => kind === "slept" || (event === "peer" && kind === "dead"));
  const changed = at(
    (event) => event.event === "state" && event.kind === "changed" && event.cause !== "failback",
  );
  return changed
    .filter((change, index) => change - (changed[index - 1] ?? 0) >= togetherMs)
    .map((change) => {
      const last = judged.findLast((each) => each <= change) ?? 0;
      return change - last <= movedWithinMs ? last : change;
    });
}

export class ChangesAtSpeed {
  readonly #lab: Lab;
  #looked: number;
  #atSpeed = 0;
  #samples = 0;
  #samplesAtSpeed = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#looked = lab.now();
  }

  /** So far, without failbacks; to be asked before the yardstick forgets. */
  async count(): Promise<number> {
    const from = this.#looked;
    const until = this.#lab.now();
    this.#looked = until;
    for (const at of this.#judged().filter((each) => each > from && each <= until)) {
      if (!(await this.#isAtSpeed(at))) continue;
      this.#atSpeed += 1;
      this.#lab.say(`judged at ${this.#lab.wallClock(at)}, the machine at its speed`);
    }
    for (let at = from + beforeMs; at < until; at += sampleEveryMs) {
      this.#samples += 1;
      if (await this.#isAtSpeed(at)) this.#samplesAtSpeed += 1;
    }
    return this.#atSpeed;
  }

  /** In how many of a hundred moments the machine was at its speed. */
  get percentAtSpeed(): number {
    return (100 * this.#samplesAtSpeed) / this.#samples;
  }

  async #isAtSpeed(at: number): Promise<boolean> {
    return undisturbed(await this.#lab.yardstick.pace(at - beforeMs, at));
  }

  /** On the lab's clock. */
  #judged(): number[] {
    const since = Date.now() - this.#lab.now();
    const events = this.#lab.routers.flatMap((router) => router.events());
    return judgements(events).map((at) => at - since);
  }
}
