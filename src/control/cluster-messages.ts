/**
 * What the two routers say over the configuration channel, as bytes: JSON, one object a message.
 * The channel has proved that the peer holds the key; still nothing but these forms gets in.
 */

import { type Possessions, possessionsIn } from "../advice/findings/possessions.ts";
import type { ConfigRefusal, Preparation } from "../config/saving/saving.ts";
import { bounded, type Problem } from "../keys/problem.ts";
import { type Refused, refuse } from "../model/error.ts";
import { clipped } from "../model/printable.ts";
import type { PlannedChange } from "../table/describe.ts";
import type { Reviewed } from "./review.ts";

/** From the leader. `commit` names what was prepared on the same connection. */
export type Demand =
  | ({ readonly kind: "prepare" } & Preparation)
  | { readonly kind: "commit"; readonly hash: string }
  /** What the text would change there; nothing is stored. */
  | { readonly kind: "review"; readonly text: string }
  /** What the machine there lacks for the text: `bad` with fault `text` names it. */
  | { readonly kind: "lacks"; readonly text: string }
  /** What it has that this router may lack, or has differently. */
  | { readonly kind: "possessions" };

/** From the peer, one for each demand. */
export type Reply =
  | { readonly kind: "good" }
  | ({ readonly kind: "bad" } & ConfigRefusal)
  /** Only to a review. */
  | ({ readonly kind: "reviewed" } & Reviewed)
  /** Only to the question for them. */
  | { readonly kind: "possessions"; readonly possessions: Possessions };

export type MessageRefusal = "not-json" | "not-ours";

/**
 * A demand says `bounded`, for a peer of an older version that asks the sender whether the bounds
 * of the control interface hold. This version never believes it: whoever receives a text judges it.
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
  if (kind === "possessions") return { kind };
  if ((kind === "review" || kind === "lacks") && typeof text === "string") return { kind, text };
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
  if (kind === "reviewed") {
    const reviewed = reviewedIn(read);
    return reviewed === null ? refuse("not-ours", "kind reviewed") : { kind, ...reviewed };
  }
  if (kind === "possessions") {
    const possessions = possessionsIn(read.possessions);
    return possessions === null ? refuse("not-ours", `kind ${kind}`) : { kind, possessions };
  }
  const isVerdict = kind === "bad" && (fault === "text" || fault === "now");
  if (!isVerdict || !Array.isArray(problems) || problems.length === 0)
    return refuse("not-ours", `kind ${String(kind).slice(0, 20)}`);
  // The peer is as bound to what people can read as this router is, whoever speaks for it.
  return { kind, fault, problems: bounded(problems.map(problemIn)) };
}

/** Lines of a plan that are taken from the peer; people read fewer. */
const plannedMax = 5000;

function reviewedIn({ plan, objections }: Record<string, unknown>): Reviewed | null {
  const { changes, settings, unchanged_services: unchanged } = fieldsOf(plan);
  if (!Array.isArray(changes) || !Array.isArray(settings) || !Array.isArray(objections))
    return null;
  const planned = changes.slice(0, plannedMax).map(changeIn);
  return {
    plan: {
      ok: true,
      changes: planned.filter((change) => change !== null),
      settings: settings.slice(0, plannedMax).map((setting) => clipped(String(setting), lineMax)),
      unchanged_services: typeof unchanged === "number" ? unchanged : 0,
      refused: [],
    },
    objections: bounded(objections.map(problemIn)),
  };
}

const lineMax = 1000;
const areas = ["vip", "ipvs", "nft"] as const;
const actions = ["add", "edit", "delete"] as const;

function changeIn(value: unknown): PlannedChange | null {
  const { area, action, subject, text } = fieldsOf(value);
  const known = areas.find((one) => one === area);
  const done = actions.find((one) => one === action);
  if (known === undefined || done === undefined) return null;
  const line = (given: unknown): string => clipped(String(given), lineMax);
  return { area: known, action: done, subject: line(subject), text: line(text) };
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

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
