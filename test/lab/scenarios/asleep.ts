import { type Bounds, type Fault, faultStory } from "../faults/fault.ts";
import { signal } from "../machine/machine.ts";

const sleepMs = 2000;

/** The sleeper's kernel answers until its daemon runs again: for 2 s, less `dead_after` (400 ms). */
const bounds: Bounds = { doubled: 1900, outage: 700 };

const faults: Record<string, Fault> = {
  stopped: {
    what: "SIGSTOP of the active daemon for 2 s, then SIGCONT",
    bounds,
    vips: "move",
    async strike(lab, struck) {
      struck.pause();
      await lab.elapse(sleepMs);
      struck.resume();
    },
  },
  blocked: {
    what: "event loop of the active daemon blocked for 2 s",
    bounds,
    vips: "move",
    strike: (_lab, struck) => signal(struck.pid, "SIGWINCH"),
  },
};

export default faultStory(
  "the active daemon sleeps for 2 s: the peer takes over, and the sleeper yields first",
  faults,
  {
    async prepare(lab) {
      const preload = `${lab.surroundings.project}/test/lab/actors/blockable.ts`;
      for (const router of lab.routers) router.preload = preload;
    },
  },
);
