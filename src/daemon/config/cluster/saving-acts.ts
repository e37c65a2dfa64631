/**
 * The acts of a saving, one after the other, and what came of each, as saving.ts wants to hear it.
 */
import {
  type Act,
  type Heard,
  nextSaving,
  type SaveOutcome,
  type Saving,
} from "../../../config/saving/saving.ts";
import { messageOf } from "../../../model/error.ts";

/** Performs act after act until the end. */
export async function played(
  first: Saving,
  perform: (act: Act) => Promise<Heard>,
): Promise<SaveOutcome> {
  let saving = first;
  while (saving.act.kind !== "end") saving = nextSaving(saving, await perform(saving.act));
  return saving.act.outcome;
}

/** What came of work on files. Never throws. */
export async function attempted(work: () => Promise<void>): Promise<Heard> {
  try {
    await work();
    return { kind: "good" };
  } catch (thrown) {
    return { kind: "lost", why: messageOf(thrown) };
  }
}
