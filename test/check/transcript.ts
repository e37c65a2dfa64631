/**
 * Plays a transcript with a dialogue: `S: ` is a line of the server, `C: ` what must be said then,
 * `TLS` where it must begin TLS. Server lines are fed cut as asked.
 */
import assert from "node:assert/strict";
import type { Dialogue, DialogueAction } from "../../src/check/dialogue.ts";

/** How the bytes of one or several server lines are handed over. */
export type Cut = (bytes: Buffer) => readonly Buffer[];

export const whole: Cut = (bytes) => [bytes];
export const single: Cut = (bytes) => [...bytes].map((byte) => Buffer.of(byte));
export const at =
  (place: number): Cut =>
  (bytes) =>
    [bytes.subarray(0, place), bytes.subarray(place)].filter((part) => part.length > 0);

/** The last turn; after the transcript's end the server closes, unless the dialogue is over. */
export function play(
  dialogue: Dialogue,
  transcript: readonly string[],
  cut: Cut = whole,
): DialogueAction {
  let action = dialogue.open();
  let pending = "";
  const feed = (): void => {
    const pieces = cut(Buffer.from(pending, "latin1"));
    pending = "";
    for (const piece of pieces) {
      if (action.kind === "passed" || action.kind === "failed") return;
      action = dialogue.hear(piece);
    }
  };
  for (const line of transcript) {
    if (line.startsWith("S: ")) {
      pending += `${line.slice(3)}\r\n`;
      continue;
    }
    if (pending !== "") feed();
    if (line === "TLS") {
      assert.equal(action.kind, "secure", `TLS expected, got ${JSON.stringify(action)}`);
      assert.ok(dialogue.secured !== undefined);
      action = dialogue.secured();
    } else {
      assert.equal(action.kind, "say", `${line} expected, got ${JSON.stringify(action)}`);
      if (action.kind === "say")
        assert.equal(Buffer.from(action.bytes).toString("utf8"), `${line.slice(3)}\r\n`);
      action = { kind: "more" };
    }
  }
  if (pending !== "") feed();
  if (action.kind !== "passed" && action.kind !== "failed") action = dialogue.closed();
  return action;
}

/** Plays it whole, byte by byte, and cut once at every byte of the longest answer. */
export function playEveryWay(begin: () => Dialogue, transcript: readonly string[]): DialogueAction {
  const action = play(begin(), transcript);
  assert.deepEqual(play(begin(), transcript, single), action, "byte by byte");
  const longest = Math.max(...transcript.map((line) => line.length)) * 4;
  for (let place = 1; place < longest; place++)
    assert.deepEqual(play(begin(), transcript, at(place)), action, `cut at ${place}`);
  return action;
}

/** The reason of a failed turn. */
export function whyOf(action: DialogueAction): string {
  assert.equal(action.kind, "failed", JSON.stringify(action));
  return action.kind === "failed" ? `${action.reason}: ${action.why}` : "";
}
