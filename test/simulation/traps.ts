/** Moments in the life of a router at which something else may happen, too. */
import type { Router } from "../../src/failover/router.ts";

const traps = {
  starting: ({ state, vipHold }) => state === "starting" && vipHold === "none",
  "starting and claiming": ({ state, vipHold }) => state === "starting" && vipHold === "claiming",
  "starting and releasing": ({ state, vipHold }) => state === "starting" && vipHold === "releasing",
  "standby and wishing": ({ claimRequest }) => claimRequest !== null,
  "standby and claiming": ({ state, vipHold }) => state === "standby" && vipHold === "claiming",
  "standby and releasing": ({ state, vipHold }) => state === "standby" && vipHold === "releasing",
  "bound by a promise": ({ grant, vipHold }) => grant !== null && vipHold === "none",
  "at fault": ({ state, vipHold }) => state === "fault" && vipHold === "none",
  "at fault and claiming": ({ state, vipHold }) => state === "fault" && vipHold === "claiming",
  "at fault and releasing": ({ state, vipHold }) => state === "fault" && vipHold === "releasing",
  stuck: ({ vipHold }) => vipHold === "stuck",
  active: ({ state, vipHold }) => state === "active" && vipHold === "held",
  "active and offering": ({ offer }) => offer !== null,
  "active and releasing": ({ state, vipHold }) => state === "active" && vipHold === "releasing",
  "active and claiming": ({ state, vipHold }) => state === "active" && vipHold === "claiming",
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
