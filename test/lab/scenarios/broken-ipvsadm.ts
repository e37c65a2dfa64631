import { besideAStart, type Fault, faultStory, handedOver } from "../faults/fault.ts";

const ways: Readonly<Record<string, string | null>> = {
  missing: null,
  failing: "#!/bin/sh\necho 'Memory allocation problem' >&2; exit 1\n",
  hanging: "#!/bin/sh\nexec sleep 1000\n",
};

const faultOf = (what: string): Pick<Fault, "what" | "shows" | "mend"> => ({
  what,
  shows: ({ state, faults }) => state === "fault" && faults.some(({ kind }) => kind === "table"),
  mend: (_lab, struck) => struck.restoreProgram("ipvsadm"),
});

/** The table needs a repair at once, or nobody would ask for the program. */
const whileActive = (way: string): Fault => ({
  ...faultOf(`ipvsadm ${way} on the active router`),
  bounds: handedOver,
  vips: "move",
  async strike({ addresses: { vip, realServers } }, struck) {
    await struck.replaceProgram("ipvsadm", ways[way] ?? null);
    await struck.output("ipvsadm", "-d", "-t", `${vip}:80`, "-r", `${realServers[0]}:80`);
  },
});

const atTheStart = (way: string): Fault => ({
  ...faultOf(`ipvsadm ${way} when the standby starts`),
  bounds: besideAStart,
  on: "standby",
  vips: "stay",
  async strike(_lab, struck) {
    await struck.stop();
    await struck.replaceProgram("ipvsadm", ways[way] ?? null);
    await struck.start();
  },
});

export default faultStory(
  "ipvsadm is missing, fails or hangs: who cannot program the table hands over, says why, recovers",
  {
    missing: whileActive("missing"),
    failing: whileActive("failing"),
    hanging: whileActive("hanging"),
    missingAtStart: atTheStart("missing"),
    failingAtStart: atTheStart("failing"),
    hangingAtStart: atTheStart("hanging"),
  },
);
