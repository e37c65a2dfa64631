/** Memory that the process does not use any more, but malloc(3) keeps for itself. */
import { type Ms, ms, seconds } from "../../model/time.ts";
import { mallocTrim } from "../libc.ts";

/**
 * Gives all of it back to the kernel (malloc_trim(3)). Reading and compiling the program alone
 * leaves 10 MB behind, in holes that would stay for as long as the process runs.
 */
export const giveBackSpareMemory = (): void => {
  mallocTrim(0);
};

/** When the start is over on most machines. */
const first: Ms = seconds(10);
/** For what reloads have needed since. */
const longest: Ms = seconds(600);

/**
 * Gives back after 10 s, then after twice as long each time, up to 10 min: a slow machine goes on
 * compiling long after its start. Once takes 1 to 3 ms. Returns what ends it.
 */
export function giveBackNowAndThen(giveBack: () => void): () => void {
  let timer: NodeJS.Timeout;
  const after = (wait: Ms): void => {
    timer = setTimeout(() => {
      giveBack();
      after(ms(Math.min(2 * wait, longest)));
    }, wait);
  };
  after(first);
  return () => clearTimeout(timer);
}
