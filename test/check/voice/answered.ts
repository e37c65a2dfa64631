/** What SIP and RTSP tests have in common: one answer to the first request. */
import assert from "node:assert/strict";
import type { Dialogue, DialogueAction } from "../../../src/check/dialogue.ts";
import type { IpAddress } from "../../../src/model/address.ts";

export const aim = { address: "192.0.2.1" as IpAddress, port: 5060 };

export const good = [{ from: 200, to: 299 }];

/** What is said first, and the turn after this answer. */
export function answered(dialogue: Dialogue, answer: string): [said: string, DialogueAction] {
  const action = dialogue.open();
  if (action.kind !== "say") return assert.fail(action.kind);
  return [Buffer.from(action.bytes).toString(), dialogue.hear(Buffer.from(answer, "latin1"))];
}
