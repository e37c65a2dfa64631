/**
 * The arbiters of `failover.gateway`: answers the machine's quick question before a takeover, and
 * watches all the time whether any of them can be reached, which is a fault when it lasts. Decides
 * nothing about who is active.
 *
 * Silence is counted in questions without an answer, not in time alone: a process that slept has
 * asked nothing meanwhile.
 */
import { addressesOf, type Config } from "../../config/config.ts";
import { holds, type IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault, Role } from "../../model/router.ts";
import { type Ms, ms, printDuration } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { Gateway, GatewayLink, GatewayProbe } from "../../system/net/gateway-probe.ts";

export interface ArbiterParts {
  readonly openProbe: () => GatewayProbe;
  readonly report: (event: EventBody) => void;
  /** `faults()` answers differently now. */
  readonly faultsChanged: () => void;
}

/** Questions in a row without an answer, after which no arbiter can be reached. */
const missedMax = 4;
/** Asking more often than this would be a load on gateways that answer in software. */
const askEveryMin = ms(75);
const askEveryMax = ms(1000);
/** The quick question of a takeover: so many tries, one after the other. */
const quickTries = 3;
const quickTryLength = ms(100);
/** Times after a question at which answers are looked for, ms: the neighbour answers in one. */
const lookAfter = [1, 2, 4, 8, 16, 32, 64, 95] as const;

export class Arbiter {
  readonly #parts: ArbiterParts;
  #for: { readonly config: Config; readonly role: Role } | null = null;
  #interfaces: readonly Interface[] = [];
  #probe: GatewayProbe | null = null;
  #gateways: readonly Gateway[] = [];
  #every: Ms = askEveryMax;
  #asking: NodeJS.Timeout | null = null;
  #looks: NodeJS.Timeout[] = [];
  #answered = true;
  #missed = 0;
  #lost = false;
  #trouble: string | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(parts: ArbiterParts) {
    this.#parts = parts;
  }

  /** Takes the arbiters of a configuration. */
  configure(config: Config, role: Role): void {
    this.#for = { config, role };
    this.#every = ms(
      Math.min(askEveryMax, Math.max(askEveryMin, config.heartbeat.deadAfter / missedMax)),
    );
    this.#choose();
  }

  /** The interfaces as they are now: the ways to the arbiters. */
  look(interfaces: readonly Interface[]): void {
    this.#interfaces = interfaces;
    this.#choose();
  }

  /** The machine's question: whether any arbiter answers now, within 300 ms. Never throws. */
  async probe(): Promise<boolean> {
    // What came before the question is no answer to it.
    this.#hear();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const answer = (): void => resolve(true);
    this.#waiting.add(answer);
    this.#ask();
    const tries = Array.from({ length: quickTries - 1 }, (_, index) =>
      setTimeout(() => this.#ask(), (index + 1) * quickTryLength),
    );
    const end = setTimeout(() => resolve(false), quickTries * quickTryLength);
    const answered = await promise;
    for (const timer of [...tries, end]) clearTimeout(timer);
    this.#waiting.delete(answer);
    return answered;
  }

  faults(): readonly Fault[] {
    if (!this.#lost) return [];
    const subject = this.#gateways.map(({ address }) => address).join(", ");
    const silence = printDuration(ms(missedMax * this.#every));
    return [{ kind: "arbiter", subject, text: `no answer from ${subject} for ${silence}` }];
  }

  close(): void {
    if (this.#asking !== null) clearInterval(this.#asking);
    this.#asking = null;
    this.#forgetLooks();
    this.#probe?.close();
    this.#probe = null;
  }

  #choose(): void {
    if (this.#for === null) return;
    const { config, role } = this.#for;
    const gateways = config.failover.gateway.map((address) => ({
      address,
      link: linkTo(address, config, role, this.#interfaces),
    }));
    if (JSON.stringify(gateways) === JSON.stringify(this.#gateways)) return;
    const others = gateways.map(({ address }) => address).join();
    const isNew = others !== this.#gateways.map(({ address }) => address).join();
    this.#gateways = gateways;
    this.#aim();
    if (isNew) this.#begin();
  }

  #aim(): void {
    if (this.#gateways.length === 0) {
      this.close();
      return;
    }
    this.#attempt(() => {
      this.#probe ??= this.#parts.openProbe();
      this.#probe.aim(this.#gateways);
    });
  }

  /** Begins to watch, with the benefit of the doubt. */
  #begin(): void {
    if (this.#asking !== null) clearInterval(this.#asking);
    this.#asking = null;
    this.#answered = true;
    this.#missed = 0;
    this.#judge(false);
    if (this.#gateways.length === 0) return;
    this.#asking = setInterval(() => this.#watch(), this.#every);
    this.#ask();
  }

  #watch(): void {
    this.#hear();
    if (this.#answered) this.#missed = 0;
    else this.#missed += 1;
    if (this.#missed >= missedMax) this.#judge(true);
    this.#answered = false;
    this.#ask();
  }

  #ask(): void {
    this.#forgetLooks();
    const failures = this.#attempt(() => this.#probe?.ask() ?? []);
    if (failures !== null)
      this.#reportTrouble(failures.length === this.#gateways.length ? failures.join("; ") : null);
    this.#looks = lookAfter.map((after) => setTimeout(() => this.#hear(), after));
  }

  #hear(): void {
    if (this.#attempt(() => this.#probe?.look()) !== true) return;
    this.#answered = true;
    this.#forgetLooks();
    for (const answer of this.#waiting) answer();
    this.#judge(false);
  }

  #judge(lost: boolean): void {
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#parts.faultsChanged();
  }

  #forgetLooks(): void {
    for (const timer of this.#looks) clearTimeout(timer);
    this.#looks = [];
  }

  /** Sockets that fail are no answer; the reason is reported once. */
  #attempt<Result>(act: () => Result): Result | null {
    try {
      return act();
    } catch (thrown) {
      this.#reportTrouble(messageOf(thrown));
      return null;
    }
  }

  #reportTrouble(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble === null) return;
    this.#parts.report({
      event: "machine",
      kind: "failed",
      text: `no arbiter is asked: ${trouble}`,
    });
  }
}

/**
 * The interface with the longest network that holds the address, and this router's address there.
 */
export function linkTo(
  gateway: IpAddress,
  config: Config,
  role: Role,
  interfaces: readonly Interface[],
): GatewayLink | null {
  const floating = new Set<IpAddress>(config.vips.map(({ prefix }) => prefix.address));
  const own = addressesOf(config, role);
  let best: { readonly link: GatewayLink; readonly rank: number } | null = null;
  for (const { index, mac, addresses } of interfaces) {
    for (const { prefix } of addresses) {
      const { address } = prefix;
      if (mac === null || floating.has(address) || !holds(prefix, gateway)) continue;
      const configured = address === own?.public || address === own?.private;
      const rank = 2 * prefix.length + (configured ? 1 : 0);
      if (best === null || rank > best.rank) best = { link: { index, mac, source: address }, rank };
    }
  }
  return best?.link ?? null;
}
