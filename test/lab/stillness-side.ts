/**
 * The thread of stillness.ts. It goes before the routers, as another machine would: what they keep
 * the processor for is theirs to answer for, and no excuse.
 */
import { workerData } from "node:worker_threads";
import { now } from "./clock.ts";
import { beforeRouters } from "./lab-program.ts";
import { hurry } from "./resident-side.ts";

const { longest, everyMs } = workerData as { longest: Float64Array; everyMs: number };
hurry(beforeRouters());
let last = now();
setInterval(() => {
  longest[0] = Math.max(longest[0] ?? 0, now() - last);
  last = now();
}, everyMs);
