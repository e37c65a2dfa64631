/** For how long a lab daemon's event loop is held (loop-watch.ts is the daemon's side). */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Router } from "../actors/router.ts";
import { signal } from "../machine/machine.ts";
import { waitFor } from "./wait.ts";

const answerOf = (router: Router): string => `${router.directory}/longest-hold`;

/** From its next start on, `longestHold` can be asked of the router's daemon. */
export function watchLoop(router: Router): void {
  router.preload = join(import.meta.dirname, "loop-watch.ts");
  router.environment = { LOOP_WATCH: answerOf(router) };
}

/** The longest hold since this was last asked, in ms. */
export async function longestHold(router: Router): Promise<number> {
  const answer = answerOf(router);
  rmSync(answer, { force: true });
  signal(router.pid, "SIGWINCH");
  await waitFor("the daemon tells its longest hold", 5000, () => existsSync(answer));
  return Number(readFileSync(answer, "utf8"));
}
