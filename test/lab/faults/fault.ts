/**
 * The judge of faults: for how long two machines answer for the VIP, and for how long a client is
 * not served, from the fault until all is well again. And the story that most faults share.
 */
import type { Status } from "../../../src/control/api.ts";
import type { Client } from "../actors/client.ts";
import type { PairOptions } from "../actors/pair-config.ts";
import type { Router } from "../actors/router.ts";
import type { Observer } from "../instruments/observer.ts";
import type { ClientReport } from "../instruments/outage.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, type Scenario, scenario } from "../scenario.ts";

/** In ms: two machines answer at most, nobody answers at most. */
export interface Bounds {
  readonly doubled: number;
  readonly outage: number;
  /** Tries of the client that may fail, and of those the refused ones; absent: any. */
  readonly failed?: number;
  readonly refused?: number;
}

/**
 * Nothing may happen: no second answer at all, no try that fails. The gap is then the lab's own:
 * starting the programs of a story takes its one processor away for some 50 ms.
 */
export const untouched: Bounds = { doubled: 0, outage: 100, failed: 0 };

/**
 * The daemon is killed: the peer waits for `dead_after` (400 ms here), and the addresses answer until
 * the unit has cleaned up.
 */
export const daemonKilled: Bounds = { doubled: 500, outage: 700 };

/** As `untouched`, while a daemon starts on that one processor. */
export const besideAStart: Bounds = { ...untouched, outage: 300 };

/** A planned change: the observer asks every 20 ms, so one question may see both. */
export const handedOver: Bounds = { doubled: 40, outage: 100, refused: 0 };

export function faultGoals(key: string, what: string, bounds: Bounds): Record<string, Goal> {
  const goal = (of: string, unit: Goal["unit"], atMost: number): Goal => ({
    what: `${what}: ${of}`,
    unit,
    atMost,
    ...(atMost === 0 ? { exact: true } : {}),
  });
  const { doubled, outage, failed, refused } = bounds;
  const tries = (name: string, of: string, atMost: number | undefined): Record<string, Goal> =>
    atMost === undefined ? {} : { [`${key}${name}`]: goal(of, "connections", atMost) };
  return {
    [`${key}Doubled`]: goal("two machines answer for", "ms", doubled),
    [`${key}Outage`]: goal("nobody answers for", "ms", outage),
    ...tries("Failed", "failed connections", failed),
    ...tries("Refused", "refused connections", refused),
  };
}

export class Judge {
  readonly #lab: Lab;
  readonly #observer: Observer;
  readonly #client: Client;
  #from: number;

  private constructor(lab: Lab, observer: Observer, client: Client) {
    this.#lab = lab;
    this.#observer = observer;
    this.#client = client;
    this.#from = lab.now();
  }

  /** Begins to watch; the client is being served by then. */
  static async begin(lab: Lab): Promise<Judge> {
    const observer = await lab.startObserver();
    return new Judge(lab, observer, await lab.startClient());
  }

  /** Begins a new chapter: what was before does not count. */
  mark(): void {
    this.#from = this.#lab.now();
    this.#client.mark();
  }

  /** Waits until the client has been served for a while without a failure. */
  served(): Promise<void> {
    return this.#lab.served(this.#client);
  }

  /** What came of this chapter, as figures of `faultGoals`. */
  async figures(key: string, what: string): Promise<Readonly<Record<string, number>>> {
    const { outage, doubled, failed, refused, byFailure } = await this.report();
    this.#lab.say(
      `${what}: two answered for ${doubled.toFixed(0)} ms, nobody for ${outage.toFixed(0)} ms; ` +
        `${failed} tries failed${failed > 0 ? ` ${JSON.stringify(byFailure)}` : ""}`,
    );
    return {
      [`${key}Doubled`]: doubled,
      [`${key}Outage`]: outage,
      [`${key}Failed`]: failed,
      [`${key}Refused`]: refused,
    };
  }

  async report(): Promise<ClientReport & { readonly doubled: number }> {
    const seen = await this.#client.report();
    return { ...seen, doubled: await this.#observer.doubled(this.#from) };
  }
}

export interface Fault {
  /** As in the table of docs/failover.md. */
  readonly what: string;
  readonly bounds: Bounds;
  /** Which router is struck; default: the one that holds the VIPs. */
  readonly on?: "standby";
  /** Whether the router that holds the VIPs keeps them or loses them to the other one. */
  readonly vips: "stay" | "move";
  /** How long a fault that changes nothing is watched. */
  readonly forMs?: number;
  readonly strike: (lab: Lab, struck: Router) => unknown;
  /** What the struck router's status says while the fault lasts. */
  readonly shows?: (status: Status) => boolean;
  readonly mend?: (lab: Lab, struck: Router) => unknown;
}

const movesWithin = 20_000;

interface StorySettings extends Partial<Scenario> {
  readonly options?: PairOptions;
  /** Before anything of lvsd's starts. */
  readonly prepare?: (lab: Lab) => Promise<void>;
}

/**
 * Strikes the router that holds, once for each fault; waits for what must come of it, mends, and
 * waits until both are whole again. A router that has lost the VIPs does not want them back, so
 * that the next fault strikes the other one.
 */
export function faultStory(
  title: string,
  faults: Readonly<Record<string, Fault>>,
  { options = {}, prepare, ...rest }: StorySettings = {},
): Scenario {
  const rows = Object.entries(faults);
  return scenario({
    title,
    topology: natPair,
    goals: Object.assign(
      {},
      ...rows.map(([key, { what, bounds }]) => faultGoals(key, what, bounds)),
    ) as Scenario["goals"],
    limitSeconds: 60 + 20 * rows.length,
    ...rest,
    async play(lab) {
      await prepare?.(lab);
      await lab.startPair({
        heartbeat: Lab.brisk,
        ...options,
        failover: { failback: "manual", ...options.failover },
      });
      const judge = await Judge.begin(lab);
      const figures = {};
      for (const [key, fault] of rows) Object.assign(figures, await befall(lab, judge, key, fault));
      return figures;
    },
  });
}

async function befall(
  lab: Lab,
  judge: Judge,
  key: string,
  fault: Fault,
): Promise<Readonly<Record<string, number>>> {
  const holder = lab.holder();
  const other = lab.other(holder);
  const struck = fault.on === "standby" ? other : holder;
  judge.mark();
  await fault.strike(lab, struck);
  lab.say(`${fault.what}: ${struck.name}`);
  if (fault.vips === "move") {
    await waitFor(`${other.name} alone holds the VIP`, movesWithin, () => lab.holder() === other);
  } else
    await lab.stays(fault.forMs ?? 2000, `${holder.name} holds`, () => lab.holder() === holder);
  await judge.served();
  if (fault.shows !== undefined)
    await struck.sees(`${struck.name} tells of it: ${fault.what}`, 10_000, fault.shows);
  await fault.mend?.(lab, struck);
  await paired(lab, fault.vips === "move" ? other : holder);
  return judge.figures(key, fault.what);
}

/** Until `holder` is active, the other one standby, and they hear each other. */
export async function paired(lab: Lab, holder: Router, withinMs = 20_000): Promise<void> {
  for (const router of lab.routers) {
    const state = router === holder ? "active" : "standby";
    await router.sees(`${router.name} is ${state} and hears the other`, withinMs, (status) => {
      return status.state === state && status.peer?.alive === true;
    });
  }
  expect(lab.holder() === holder, `${holder.name} alone holds the VIP`);
}
