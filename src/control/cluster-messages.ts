/**
 * What the two routers say over the configuration channel, as bytes: JSON, one object a message.
 * The channel has proved that the peer holds the key; still nothing but these forms gets in.
 */

import type { Preparation, Verdict } from "../config/saving/saving.ts";
import { bounded, type Problem } from "../keys/problem.ts";
import { type Refused, refuse } from "../model/error.ts";

/** From the leader. `commit` names what was prepared on the same connection. */
export type Demand =
  | ({ readonly kind: "prepare" } & Preparation)
  | { readonly kind: "commit"; readonly hash: string };

/** From the peer, one for each demand. */
export type Reply = { readonly kind: "good" } | ({ readonly kind: "bad" } & Verdict);

export type MessageRefusal = "not-json" | "not-ours";

/**
 * A demand says `bounded`, for a peer of an older version that asks the sender whether the bounds of
 * the control interface hold. This version never believes it: whoever receives a text judges it.
 */
export function encodeMessage(message: Demand | Reply): Uint8Array {
  const said = message.kind === "prepare" ? { ...message, bounded: true } : message;
  return new TextEncoder().encode(JSON.stringify(said));
}

export function decodeDemand(bytes: Uint8Array): Demand | Refused<MessageRefusal> {
  const read = objectIn(bytes);
  if (read === null) return refuse("not-json", `${bytes.length} bytes`);
  const { kind, text, serial, hash, replaces, force } = read;
  const isHash = typeof hash === "string" && isHashText(hash);
  if (kind === "commit" && isHash) return { kind, hash };
  const whole =
    kind === "prepare" &&
    isHash &&
    typeof text === "string" &&
    typeof serial === "number" &&
    Number.isSafeInteger(serial) &&
    typeof force === "boolean" &&
    (replaces === null || areHashes(replaces));
  if (!whole) return refuse("not-ours", `kind ${String(kind).slice(0, 20)}`);
  return { kind, text, serial, hash, replaces, force };
}

export function decodeReply(bytes: Uint8Array): Reply | Refused<MessageRefusal> {
  const read = objectIn(bytes);
  if (read === null) return refuse("not-json", `${bytes.length} bytes`);
  const { kind, fault, problems } = read;
  if (kind === "good") return { kind };
  const isVerdict = kind === "bad" && (fault === "text" || fault === "now");
  if (!isVerdict || !Array.isArray(problems) || problems.length === 0)
    return refuse("not-ours", `kind ${String(kind).slice(0, 20)}`);
  // The peer is as bound to what people can read as this router is, whoever speaks for it.
  return { kind, fault, problems: bounded(problems.map(problemIn)) };
}

const isHashText = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const areHashes = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string" && isHashText(each));

function objectIn(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function problemIn(value: unknown): Problem {
  const { file, line, column, message, hint } = (value ?? {}) as Record<string, unknown>;
  const textOr = (given: unknown): string | null => (typeof given === "string" ? given : null);
  const numberOr = (given: unknown): number | null => (typeof given === "number" ? given : null);
  return {
    file: textOr(file),
    line: numberOr(line),
    column: numberOr(column),
    message: textOr(message) ?? "a problem without a message",
    hint: textOr(hint),
  };
}
