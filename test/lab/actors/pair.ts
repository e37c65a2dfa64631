/**
 * Two routers of one product, as the comparisons see them: started, with r1 active, and what may
 * befall them. Each product does it its own way: lvsd below, keepalived in keepalived.ts.
 */
import type { Lab } from "../lab.ts";
import type { Machine } from "../machine/machine.ts";
import type { PairOptions } from "./pair-config.ts";

export type Product = "lvsd" | "keepalived";

export interface Pair {
  readonly product: Product;
  /** The one that is active at first, and the other. */
  readonly machines: readonly [Machine, Machine];
  /**
   * The operator takes the service away from the active router; resolves when the other has it,
   * with the ms from request to done as the router tells them, or null if it tells nothing.
   */
  leave(): Promise<number | null>;
  /** After that: resolves when the service may be taken away from the other one in its turn. */
  comeBack(): Promise<void>;
  /** SIGKILL of the product on the active router; its unit does what it does then. */
  kill(): void;
  /** SIGSTOP and SIGCONT of the product on the active router. */
  pause(): void;
  resume(): void;
  powerOff(): Promise<void>;
  /** Leaves two machines on which nothing has ever run. */
  end(): Promise<void>;
}

/** The machines that hold the VIP in their kernel. */
export const holdersOf = (lab: Lab, pair: Pair): Machine[] =>
  pair.machines.filter((machine) => machine.holds(lab.addresses.vip));

/** Both routers with lvsd, all real servers; returns when r1 is active and the pair is whole. */
export async function startLvsdPair(lab: Lab, options: PairOptions): Promise<Pair> {
  await lab.startPair(options);
  const { r1, r2 } = lab;
  let from = r1;
  let to = r2;
  return {
    product: "lvsd",
    machines: [r1, r2],
    async leave() {
      const answer = await from.switchover();
      if (!answer.ok) throw new Error(`${from.name} hands over: ${JSON.stringify(answer)}`);
      return answer.took_ms;
    },
    async comeBack() {
      await to.reaches("active", 2000);
      [from, to] = [to, from];
    },
    kill: () => r1.kill(),
    pause: () => r1.pause(),
    resume: () => r1.resume(),
    powerOff: () => r1.powerOff(),
    end: () => renew([r1, r2]),
  };
}

/** Takes the power of machines and gives it back: a new namespace, with nothing in it. */
export async function renew(machines: readonly Machine[]): Promise<void> {
  for (const machine of machines) {
    if (machine.powered) await machine.powerOff();
    await machine.powerOn();
  }
}
