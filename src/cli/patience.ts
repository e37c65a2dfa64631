/** Says that a command still waits for the daemon, and for what, so that it is not taken for hung. */
import { type Ms, ms } from "../model/time.ts";
import type { Terminal } from "./terminal.ts";

/** Most answers come within a second, those about 10,000 real servers too. */
const saidAfter = ms(2000);

/** What a file that is loaded or planned waits for (daemon/config/cluster/cluster-sync.ts). */
export const waitsForJudgement =
  "no answer yet: the file is read, and a peer that is alive is asked what it lacks, for 5s at most";

/** What a text that goes to both routers waits for. */
export const waitsForBoth =
  "no answer yet: the text is judged on both routers, and the peer may be slow or its port closed";

/** What the first configuration of a router waits for. */
export const waitsForStart = "no answer yet: the daemon starts anew with its first configuration";

/** The answer to `asked`. Where it takes long, `text` goes to stderr meanwhile, once. */
export async function saidWhileWaiting<Answer>(
  asked: Promise<Answer>,
  terminal: Pick<Terminal, "error">,
  text: string,
  after: Ms = saidAfter,
): Promise<Answer> {
  const timer = setTimeout(() => terminal.error(`lvsd: ${text}\n`), after);
  try {
    return await asked;
  } finally {
    clearTimeout(timer);
  }
}
