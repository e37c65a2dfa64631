/** Moments in the life of a router at which something else may happen, too. */
import type { Router } from "../../src/failover/router.ts";

const traps = {
  starting: ({ state, grip }) => state === "starting" && grip === "none",
  "starting and claiming": ({ state, grip }) => state === "starting" && grip === "claiming",
  "starting and releasing": ({ state, grip }) => state === "starting" && grip === "releasing",
  "standby and wishing": ({ wish }) => wish !== null,
  "standby and claiming": ({ state, grip }) => state === "standby" && grip === "claiming",
  "standby and releasing": ({ state, grip }) => state === "standby" && grip === "releasing",
  "bound by a promise": ({ grant, grip }) => grant !== null && grip === "none",
  "at fault": ({ state, grip }) => state === "fault" && grip === "none",
  "at fault and claiming": ({ state, grip }) => state === "fault" && grip === "claiming",
  "at fault and releasing": ({ state, grip }) => state === "fault" && grip === "releasing",
  stuck: ({ grip }) => grip === "stuck",
  active: ({ state, grip }) => state === "active" && grip === "held",
  "active and offering": ({ offer }) => offer !== null,
  "active and releasing": ({ state, grip }) => state === "active" && grip === "releasing",
  "active and claiming": ({ state, grip }) => state === "active" && grip === "claiming",
  "in a dispute": ({ dispute }) => dispute !== null,
  abandoning: ({ abandon }) => abandon !== null,
  keeping: ({ ending }) => ending?.keeping === true,
  stopping: ({ ending }) => ending?.kind === "stop",
  fencing: ({ gate }) => gate.fence === "under-way",
  probing: ({ gate }) => gate.probeUnderWay,
  listening: ({ listenUntil, steppedAt }) => (listenUntil ?? 0) > (steppedAt ?? 0),
} satisfies Readonly<Record<string, (router: Router) => boolean>>;

export type TrapName = keyof typeof traps;

/** The more often one lies in wait, the rarer is what follows from it. */
const weights: Partial<Record<TrapName, number>> = {
  stuck: 4,
  fencing: 3,
  probing: 2,
  "active and releasing": 3,
  "starting and releasing": 4,
};

export const trapNames: readonly TrapName[] = (Object.keys(traps) as TrapName[]).flatMap((name) =>
  Array<TrapName>(weights[name] ?? 1).fill(name),
);

/** What lies in wait for one router; each springs once. */
export class Traps {
  private readonly waiting = new Map<TrapName, (() => void)[]>();

  set(name: TrapName, spring: () => void): void {
    this.waiting.set(name, [...(this.waiting.get(name) ?? []), spring]);
  }

  /** After every step. */
  look(router: Router): void {
    if (this.waiting.size === 0) return;
    for (const [name, springs] of this.waiting) {
      if (!traps[name](router)) continue;
      this.waiting.delete(name);
      for (const spring of springs) spring();
    }
  }
}
