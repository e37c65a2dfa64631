import { type Fault, faultStory, untouched } from "../faults/fault.ts";

const scripts = {
  failing: "#!/bin/sh\necho 'Cannot open netlink socket' >&2; exit 1\n",
  hanging: "#!/bin/sh\nexec sleep 1000\n",
} as const;

type Way = keyof typeof scripts;

const broken = (way: Way): Pick<Fault, "bounds" | "vips" | "strike" | "mend"> => ({
  bounds: untouched,
  vips: "stay",
  strike: (_lab, struck) => struck.replaceProgram("ip", scripts[way]),
  mend: (_lab, struck) => struck.restoreProgram("ip"),
});

/** It could not even let go: what it holds, it holds, and says that it cannot look any more. */
const whileActive = (way: Way): Fault => ({
  ...broken(way),
  what: `ip ${way} on the active router`,
  forMs: 4000,
  shows: ({ state }) => state === "active",
});

const onStandby = (way: Way): Fault => ({
  ...broken(way),
  what: `ip ${way} on the standby`,
  on: "standby",
  shows: ({ state, faults }) => state === "fault" && faults.some(({ kind }) => kind === "claim"),
});

export default faultStory(
  "ip fails or hangs: who holds goes on and says so, who does not is unfit",
  {
    failing: whileActive("failing"),
    hanging: whileActive("hanging"),
    failingStandby: onStandby("failing"),
    hangingStandby: onStandby("hanging"),
  },
);
