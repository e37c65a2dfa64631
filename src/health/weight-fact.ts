/**
 * The weight of a real server as a fact for the peer: what its checks give it, and its load.
 *
 *     0   1  bits: 1 a check gives a weight, 2 drain, 4 maint, 8 down, 16 a limit of connections
 *     1   2  the weight that a check gives
 *     3   4  factor of its load, in millionths
 *     7   4  most connections
 */
import { givesWeight } from "../config/lifecycle/weight-scale.ts";
import { weightMax } from "../model/service.ts";
import { type Fact, factKey, factKinds } from "./facts.ts";
import { type Load, noLoad } from "./load/load.ts";
import { factorMax } from "./load/rule.ts";
import type { Nanny } from "./nanny.ts";
import type { NannyRules } from "./nanny-rules.ts";

const bodyBytes = 11;
const bits = { checked: 1, drain: 2, maint: 4, down: 8, limited: 16 } as const;

/** What is known of a weight beyond the configuration. */
export interface KnownWeight {
  /** The lowest that its checks give; null: none does. */
  readonly checkedWeight: number | null;
  readonly load: Load;
}

export const weightFactKey = ({ key, address, port }: NannyRules): number =>
  factKey(`weight\n${key}\n${address}\n${port}`);

/** Whether its weight can be another one than the configured one. */
export const canBeWeighed = (rules: NannyRules): boolean =>
  rules.active && (rules.isLoadMonitored || givesWeight(rules.check));

export function knownWeight({ parts, load }: Nanny): KnownWeight {
  const given = parts.flatMap(({ weight }) => weight ?? []);
  return { checkedWeight: given.length === 0 ? null : Math.min(...given), load };
}

/** What the peer is to know of a real server's weight. */
export function weightFact(nanny: Nanny, key = weightFactKey(nanny.rules)): Fact {
  const { checkedWeight, load } = knownWeight(nanny);
  const body = Buffer.alloc(bodyBytes);
  const { administrative, connectionsMax } = load;
  body.writeUInt8(
    (checkedWeight === null ? 0 : bits.checked) |
      (administrative === "ready" ? 0 : bits[administrative]) |
      (load.isUp ? 0 : bits.down) |
      (connectionsMax === null ? 0 : bits.limited),
  );
  body.writeUInt16BE(Math.min(weightMax, checkedWeight ?? 0), 1);
  body.writeUInt32BE(Math.round(Math.min(factorMax, load.factor) * 1e6), 3);
  body.writeUInt32BE(connectionsMax ?? 0, 7);
  return { kind: factKinds.weight, key, body };
}

/** What the peer says of a weight; null where the bytes are none of it. */
export function readWeightFact(bytes: Uint8Array): KnownWeight | null {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (body.length !== bodyBytes) return null;
  const said = body.readUInt8(0);
  const has = (bit: number): boolean => (said & bit) !== 0;
  const factor = body.readUInt32BE(3) / 1e6;
  if (factor > factorMax) return null;
  const load: Load = {
    factor,
    administrative: has(bits.maint) ? "maint" : has(bits.drain) ? "drain" : "ready",
    isUp: !has(bits.down),
    connectionsMax: has(bits.limited) ? body.readUInt32BE(7) : null,
    why: has(bits.maint | bits.drain | bits.down) ? "the active router knows why" : null,
  };
  return {
    checkedWeight: has(bits.checked) ? body.readUInt16BE(1) : null,
    load: isNothing(load) ? noLoad : load,
  };
}

const isNothing = (load: Load): boolean =>
  load.factor === 1 && load.administrative === "ready" && load.isUp && load.connectionsMax === null;
