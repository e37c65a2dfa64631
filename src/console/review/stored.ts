/** What came of a saving, in one line. */
import type { SaveReport } from "../../control/api.ts";
import type { Say } from "../messages/messages.ts";

export function storedText(say: Say, { serial, peer, refused, converted }: SaveReport): string {
  return [
    say(`review.stored-${peer}`, { serial }),
    ...(converted === true ? [say("review.stored-converted")] : []),
    ...(refused.length > 0 ? [say("review.kernel-refused", { count: refused.length })] : []),
  ].join(" ");
}
