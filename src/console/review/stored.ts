/** What came of a saving, in one line. */
import type { SaveReport } from "../../control/api.ts";
import type { Say } from "../messages/messages.ts";

export function storedText(say: Say, { serial, peer, refused }: SaveReport): string {
  const stored = say(`review.stored-${peer}`, { serial });
  return refused.length === 0
    ? stored
    : `${stored} ${say("review.kernel-refused", { count: refused.length })}`;
}
