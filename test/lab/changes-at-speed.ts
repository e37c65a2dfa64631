/**
 * Which of the routers' changes of state came while the machine was at its speed (yardstick.ts).
 *
 * With a heartbeat of 10 ms and 40 ms of patience a router that could not run for 40 ms lets go, as
 * it must, and a machine that is taken to a tenth of its speed for tens of ms makes that happen.
 */
import type { Lab } from "./lab.ts";
import { undisturbed, Yardstick } from "./yardstick.ts";

/** What led to a change has happened within this time: it is told when addresses have moved. */
const beforeMs = 150;
/** A change so soon after another one is its consequence. */
const togetherMs = 1000;
/** How often a moment is looked at to say how often the machine is at its speed. */
const sampleEveryMs = 1000;

export class ChangesAtSpeed {
  readonly #lab: Lab;
  readonly #yardstick: Yardstick;
  #looked: number;
  #lastChange = Number.NEGATIVE_INFINITY;
  #atSpeed = 0;
  #samples = 0;
  #samplesAtSpeed = 0;

  private constructor(lab: Lab, yardstick: Yardstick) {
    this.#lab = lab;
    this.#yardstick = yardstick;
    this.#looked = lab.now();
  }

  static async watch(lab: Lab): Promise<ChangesAtSpeed> {
    const yardstick = await Yardstick.start("client");
    lab.endWith(() => yardstick.kill());
    return new ChangesAtSpeed(lab, yardstick);
  }

  /** So far, without failbacks; to be asked every few minutes, for the yardstick forgets. */
  async count(): Promise<number> {
    const [from, until] = [this.#looked, this.#lab.now()];
    this.#looked = until;
    for (const at of this.#changes().filter((each) => each > from && each <= until)) {
      const consequence = at - this.#lastChange < togetherMs;
      this.#lastChange = at;
      if (consequence || !(await this.#isAtSpeed(at))) continue;
      this.#atSpeed += 1;
      this.#lab.say(`a change at ${this.#lab.wallClock(at)}, the machine at its speed`);
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
    return undisturbed(await this.#yardstick.pace(at - beforeMs, at));
  }

  /** On the lab's clock, oldest first. */
  #changes(): number[] {
    const since = Date.now() - this.#lab.now();
    return this.#lab.routers
      .flatMap((router) => router.events())
      .flatMap((event) =>
        event.event === "state" && event.kind === "changed" && event.cause !== "failback"
          ? [Date.parse(event.at) - since]
          : [],
      )
      .sort((one, other) => one - other);
  }
}
