/**
 * By which keys heartbeats are signed and believed. After a reload that changed them, the former
 * ones are understood until the peer has changed as well.
 */
import { type Seal, understand } from "../../heartbeat/header.ts";
import type { Header } from "../../heartbeat/message.ts";
import { type Decoded, decode } from "../../heartbeat/wire.ts";
import { isRefused, type Refused, refuse } from "../../model/error.ts";
import { between, type Instant, type Ms } from "../../model/time.ts";

/** Seals before the last reload that changed them, while the peer may still go by them. */
interface FormerSeal {
  readonly seal: Seal;
  heardAt: Instant;
}

export class Seals {
  #current: Seal | null = null;
  #former: FormerSeal | null = null;
  /** The peer was last heard by the former seal. */
  #formerly = false;

  /**
   * Whoever signs as before, or is signed for as before, is understood all the same; not where
   * nothing was said by the seal before (`wasUsed`).
   */
  change(seal: Seal, now: Instant, wasUsed: boolean): void {
    const before = this.#current;
    this.#current = seal;
    if (before === null || !wasUsed || understand(before, seal)) return;
    this.#former = { seal: before, heardAt: now };
    this.#formerly = true;
  }

  /** Those by which a beat is to be signed, once for each; empty before the first configuration. */
  signing(): readonly Seal[] {
    if (this.#current === null) return [];
    return this.#former !== null && this.#formerly
      ? [this.#current, this.#former.seal]
      : [this.#current];
  }

  get known(): boolean {
    return this.#current !== null;
  }

  /** The peer still goes by the former ones. */
  get differ(): boolean {
    return this.#former !== null && this.#formerly;
  }

  /** By the seal in force, or by the former one; the one that says more is asked first. */
  decoded(
    bytes: Uint8Array,
    known: (header: Header) => Refused<string> | null,
    mustSign: boolean,
  ): { readonly decoded: Decoded | Refused<string>; readonly formerly: boolean } {
    const former = this.#former?.seal ?? null;
    const seals = [former, this.#current].filter((seal) => seal !== null);
    if (former?.keys.length === 0) seals.reverse();
    let decoded: Decoded | Refused<string> = refuse("unsigned", "from an address in no file");
    for (const each of seals.filter(({ keys }) => !mustSign || keys.length > 0)) {
      decoded = decode<string>(bytes, each, known);
      if (!isRefused<string>(decoded)) return { decoded, formerly: each === former };
      if (decoded.refused !== "bad-hmac" && decoded.refused !== "unsigned") break;
    }
    return { decoded, formerly: false };
  }

  /** The peer was heard by the former ones, or by those in force. */
  heard(formerly: boolean, at: Instant): void {
    this.#formerly = formerly;
    if (formerly && this.#former !== null) this.#former.heardAt = at;
  }

  /** Ends the former ones once the peer has not gone by them for so long. */
  forget(after: Ms, now: Instant): void {
    if (this.#former === null || between(this.#former.heardAt, now) < after) return;
    this.#former = null;
    this.#formerly = false;
  }
}
