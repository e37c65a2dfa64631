/**
 * A takeover without a kernel, played once at the start: what a takeover runs through is compiled
 * and its programs are running when the first real one has to be fast. Changes nothing.
 */
import type { Rules } from "../failover/protocol.ts";
import type { BootId } from "../heartbeat/message.ts";
import { messageOf } from "../model/error.ts";
import { seconds } from "../model/time.ts";
import type { Doors } from "./doors.ts";
import { Engine } from "./engine.ts";

const nobody = "0000000000000000" as BootId;
/** A rehearsal that does not end is none: the real parts will tell what is wrong. */
const rehearsalMax = seconds(1);

/** Plays a lone router that claims, announces and releases nothing. Never throws. */
export async function rehearse(doors: Doors, rules: Rules): Promise<void> {
  const { ip, announcer, now, openAlarm, report } = doors;
  const played = Promise.withResolvers<void>();
  const claimNothing = async () => {
    await ip.claim([]);
    return { ok: true } as const;
  };
  const engine = new Engine(
    { rules: { ...rules, alone: true, paths: [] }, boot: nobody, found: "nothing" },
    {
      claim: claimNothing,
      release: claimNothing,
      announce: () => announcer.announceAll([], []),
      keep: claimNothing,
      fence: claimNothing,
      probe: async () => true,
      send: () => {},
      report: () => {},
      answer: () => {},
      refused: () => {},
      stopped: played.resolve,
      stepped: ({ state, ending }) => {
        if (state === "active" && ending === null) engine.input({ kind: "stop" });
      },
    },
    now,
    openAlarm,
  );
  const giveUp = setTimeout(played.resolve, rehearsalMax);
  try {
    engine.begin();
    engine.input({ kind: "ready" });
    await played.promise;
  } catch (thrown) {
    report({ event: "machine", kind: "failed", text: `no rehearsal: ${messageOf(thrown)}` });
  } finally {
    clearTimeout(giveUp);
    engine.close();
  }
}
