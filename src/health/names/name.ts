/**
 * What is known of one host name: the addresses that it stands for here, and when it is asked for
 * again. Pure; the resolver is system/names/.
 *
 * Invariant: a name that had addresses once keeps some. A resolver that fails, is slow or knows the
 * name no more empties no virtual server.
 */

import { addressesMax } from "../../config/servers/named-servers.ts";
import { addressOrder, compare } from "../../config/servers/server-order.ts";
import { type Family, family, type IpAddress } from "../../model/address.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";

export interface Name {
  /** In the order of the table, at most `addressesMax`. */
  readonly addresses: readonly IpAddress[];
  /** Where they come from; "nowhere": there are none yet. */
  readonly source: "nowhere" | "disk" | "resolver" | "peer";
  /** When it is asked for. */
  readonly askAt: Instant;
  /** Questions in a row without an answer. */
  readonly failures: number;
  /** Why there is no answer; null: there was one. */
  readonly trouble: string | null;
  /** When the active router has said its addresses last; null: never. */
  readonly toldAt: Instant | null;
  /** When its addresses were said last, by whoever is the source; null: not known. */
  readonly answeredAt: Instant | null;
}

/** An answer of the resolver, family by family: addresses, or why there are none. */
export interface Answer {
  readonly families: readonly {
    readonly family: Family;
    /** Null: not answered. Empty: the name has none of this family. */
    readonly addresses: readonly IpAddress[] | null;
  }[];
  /** How long it holds. */
  readonly ttl: Ms;
  /** Why a family was not answered, or the name has no address; null: all is well. */
  readonly trouble: string | null;
}

/** A name server that says 0 is not asked without end, */
const ttlMin = seconds(1);
/** and one that says a week does not hide a change for a week. */
const ttlMax = seconds(3600);
/** After a failure; it doubles with each one in a row, */
const againAfter = seconds(2);
/** up to this. */
const againAfterMax = seconds(60);
/** So long a standby relies on what the active router has said last. */
const toldHolds = seconds(60);

/** The addresses of a name as they were found on the disk. */
export interface KeptName {
  readonly addresses: readonly IpAddress[];
  /** When they were said; null: the disk does not say. */
  readonly answeredAt: Instant | null;
}

/** `kept`: null where the disk has nothing. */
export const startName = (kept: KeptName | null, now: Instant): Name => ({
  ...(kept === null || kept.addresses.length === 0
    ? { addresses: [], source: "nowhere", answeredAt: null }
    : { addresses: inOrder(kept.addresses), source: "disk", answeredAt: kept.answeredAt }),
  askAt: now,
  failures: 0,
  trouble: null,
  toldAt: null,
});

const inOrder = (addresses: readonly IpAddress[]): readonly IpAddress[] =>
  [...new Set(addresses)]
    .sort((a, b) => compare(addressOrder(a), addressOrder(b)))
    .slice(0, addressesMax);

/**
 * After the resolver has answered. `relies`: this router is the standby of an active one, whose
 * addresses hold for both.
 */
export function answered(name: Name, answer: Answer, relies: boolean, now: Instant): Name {
  const failed = answer.families.some(({ addresses }) => addresses === null);
  const isLost = answer.families.every(({ addresses }) => (addresses ?? []).length === 0);
  const failures = failed || isLost ? name.failures + 1 : 0;
  const wait = failures > 0 ? retryAfter(failures) : Math.min(ttlMax, Math.max(ttlMin, answer.ttl));
  const next = {
    askAt: addMs(now, ms(wait)),
    failures,
    trouble: answer.trouble ?? (isLost ? "it has no address" : null),
  };
  const holdsTold = relies && name.toldAt !== null && between(name.toldAt, now) < toldHolds;
  if (isLost || holdsTold) return { ...name, ...next };
  // A family that was not answered stays as it was.
  const found = answer.families.flatMap(
    (each) => each.addresses ?? name.addresses.filter((one) => family(one) === each.family),
  );
  return { ...name, ...next, addresses: inOrder(found), source: "resolver", answeredAt: now };
}

const retryAfter = (failures: number): number =>
  Math.min(againAfterMax, againAfter * 2 ** Math.min(10, failures - 1));

/** After the active router has said its addresses. */
export const learned = (name: Name, addresses: readonly IpAddress[], now: Instant): Name =>
  addresses.length === 0
    ? { ...name, toldAt: now }
    : { ...name, addresses: inOrder(addresses), source: "peer", toldAt: now, answeredAt: now };

/** Whether both stand for the same addresses. */
export const sameAddresses = (a: Name, b: Name): boolean =>
  a.addresses.length === b.addresses.length &&
  a.addresses.every((address, at) => address === b.addresses[at]);
