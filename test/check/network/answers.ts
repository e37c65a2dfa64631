/** Answers of servers to dialogues over datagrams, whole and spoiled. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dialogue, DialogueAction } from "../../../src/check/dialogue.ts";

/** What is said first. */
export function question(dialogue: Dialogue): Buffer {
  const action = dialogue.open();
  assert.equal(action.kind, "say");
  return Buffer.from(action.kind === "say" ? action.bytes : []);
}

/** Opens it and hands it one answer. */
export function hear(dialogue: Dialogue, answer: (question: Buffer) => Buffer): DialogueAction {
  return dialogue.hear(answer(question(dialogue)));
}

/** Bytes of a server never throw, and pass only whole. */
export function survives(begin: () => Dialogue, sound: (question: Buffer) => Buffer): void {
  const whole = sound(question(begin()));
  for (let length = 0; length < whole.length; length++)
    assert.notEqual(hear(begin(), () => whole.subarray(0, length)).kind, "passed", `${length}`);
  const changed = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(changed, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      hear(begin(), () => bytes);
    }),
  );
}
