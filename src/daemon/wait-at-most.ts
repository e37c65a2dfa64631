/** Waiting with a limit, for work that goes on all the same when nothing waits for it any more. */
import type { Ms } from "../model/time.ts";

/** Waits for `work`, but not longer than `most`. Throws what `work` throws in time. */
export async function waitAtMost(work: Promise<unknown>, most: Ms): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, most);
  });
  await Promise.race([work, waited]);
  clearTimeout(timer);
}
