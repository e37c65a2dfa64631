/**
 * Takes out of the kernel what is there of our addresses and should not be: forms that no claim of
 * ours makes, and everything on a router that does not hold. Says each thing once.
 */
import { printPrefix } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { type FloatingAddress, type Ip, printFloating } from "../../system/ip/ip.ts";
import type { Holdings } from "./holdings.ts";

export interface TidyingParts {
  readonly ip: Pick<Ip, "claim" | "release" | "remove">;
  readonly holdings: Holdings;
  readonly report: (event: EventBody) => void;
  /** Whether this router is to hold them, at the moment. */
  readonly holding: () => boolean;
}

export class Tidying {
  readonly #parts: TidyingParts;
  /** Those that have been reported and are still there. */
  #known: ReadonlySet<string> = new Set();

  constructor(parts: TidyingParts) {
    this.#parts = parts;
  }

  /**
   * On the holder. A form that is not ours may make the kernel speak from a VIP, or answer where it
   * does not belong. Whether there was one. Throws MachineError.
   */
  async strays(): Promise<boolean> {
    const { ip, holdings, holding } = this.#parts;
    const strays = holdings.strays();
    this.#report(strays, "somebody else's form of a VIP that is held here; removed");
    if (strays.length === 0) return false;
    await ip.remove(strays);
    // One that differs by its scope or label alone was all that there was.
    if (holding()) holdings.note(await ip.claim(holdings.claimable()), "claim");
    return true;
  }

  /** On a router that holds none. Whether all are gone. Throws MachineError. */
  async everything(): Promise<boolean> {
    const { ip, holdings } = this.#parts;
    const left = holdings.forms();
    this.#report(left, "this router does not serve; removed");
    if (left.length === 0) return true;
    const outcome = await ip.release(left);
    holdings.note(outcome, "release");
    if (outcome.held.length > 0) return false;
    this.#known = new Set();
    return true;
  }

  #report(forms: readonly FloatingAddress[], text: string): void {
    const known = this.#known;
    this.#known = new Set(forms.map(printFloating));
    for (const form of forms) {
      if (known.has(printFloating(form))) continue;
      const [address, { device }] = [printPrefix(form.prefix), form];
      this.#parts.report({ event: "vip", kind: "left-behind", address, device, text });
    }
  }
}
