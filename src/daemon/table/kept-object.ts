/** What lvsd keeps as it should be in the kernel: how it is looked at, and what comes of a look. */
import type { Ms } from "../../model/time.ts";

/** What a look at an object has found, and made of it. */
export type Look =
  | { readonly kind: "right" }
  /** It was `found`, and is as it should be now. */
  | { readonly kind: "set"; readonly found: string }
  | { readonly kind: "wrong"; readonly why: string }
  /** It could not be read in time: what was right at the last look still is, for all that is known. */
  | { readonly kind: "unread"; readonly why: string };

export interface KeptObject {
  /** `sysctl net/ipv4/ip_forward`; its name in events and faults. */
  readonly name: string;
  /** How often it is looked at: a file of /proc is read in some µs, a program takes ms to start. */
  readonly every: Ms;
  /** Without it lvsd cannot do its work; otherwise it does it less well. */
  readonly needed: boolean;
  /** While it is wrong real servers cannot be reached through this router. */
  readonly costsService: boolean;
  /** What it is to be, where a configuration may change that; compared by value. */
  readonly wanted?: string;
  /** Looks, and sets it right where that is lvsd's to do. Never throws. */
  readonly look: () => Look | Promise<Look>;
}
