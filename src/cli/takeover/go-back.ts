/**
 * When lvsd did not come to serve: what goes on in its place. That is keepalived, where it stood,
 * with the kernel as it left it; or the other router's lvsd, where it has taken the VIPs meanwhile.
 * Where it is not known that nothing else holds the VIPs, keepalived stays frozen.
 */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answers } from "../../control/socket.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import { removeFile } from "../../system/file/files.ts";
import { awaitedPeerFile, holdFile } from "../../system/process/left-words.ts";
import { socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit } from "../outcome.ts";
import { type Heard, peerTakes } from "./hear-peer.ts";
import { putBack } from "./kernel-before.ts";
import type { Takeover } from "./takeover.ts";
import { command, endOther } from "./units.ts";

/** What going back asks of the machine besides commands, files and the frozen program. */
export interface Surroundings {
  readonly putBack: typeof putBack;
  readonly peerTakes: typeof peerTakes;
}

/** What stops lvsd waits until it has ended; the kernel may be slower to take its socket away. */
const endsWithinMs = 2000;
const lookEveryMs = 50;

/** `touched`: lvsd may have been started, and may have spoken to its peer. */
export async function goBack(
  takeover: Takeover,
  touched: boolean,
  why: string,
  surroundings: Surroundings = { putBack, peerTakes },
): Promise<ExitStatus> {
  const { options, terminal, other, before, role } = takeover;
  // The shorter keepalived stands still, the better: checks that were under way fail when it goes on.
  if (!touched) other.thaw();
  complain(terminal, [problemElsewhere(`lvsd did not come to serve as the ${role}: ${why}`)]);
  const troubles: string[] = [];
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
    } catch (thrown) {
      troubles.push(messageOf(thrown));
    }
  };
  await attempt(() => command(options.stop, ["systemctl", "stop", "lvsd"]));
  await attempt(async () => {
    removeFile(resolve(options.runDir, holdFile));
    removeFile(resolve(options.stateDir, awaitedPeerFile));
  });
  if (touched) {
    const holder = await otherHolder(takeover, surroundings);
    if (holder === "peer") return leaveToPeer(takeover, troubles);
    if (holder !== null) return leaveFrozen(takeover, holder.unknown, troubles);
  }
  await attempt(async () => {
    for (const line of await surroundings.putBack(before)) terminal.error(`put back: ${line}\n`);
  });
  await attempt(async () => other.thaw());
  for (const trouble of troubles) complain(terminal, [problemElsewhere(trouble)]);
  terminal.error(
    troubles.length === 0
      ? "keepalived goes on as before\n"
      : "keepalived was thawed; look at its log, and restart it if it is not well\n",
  );
  return exit.refused;
}

/** Which lvsd may hold the VIPs now; null: none does. */
async function otherHolder(
  { options, config, role, keys, isHolder }: Takeover,
  surroundings: Surroundings,
): Promise<"peer" | { readonly unknown: string } | null> {
  const socket = socketIn(options.runDir);
  const until = performance.now() + endsWithinMs;
  while (await answers(socket)) {
    if (performance.now() > until) return { unknown: "lvsd still runs here" };
    await sleep(lookEveryMs);
  }
  // A peer that has heard lvsd here takes over from it when it falls silent.
  if (!isHolder || options.alone || config.routers.backup === null) return null;
  let heard: Heard;
  try {
    heard = await surroundings.peerTakes(config, role, keys);
  } catch (thrown) {
    heard = { failed: messageOf(thrown) };
  }
  if (heard === "silent") return null;
  if (heard === "heard") return "peer";
  return { unknown: `whether the other router's lvsd has the VIPs is not known: ${heard.failed}` };
}

/** Two that hold the VIPs are worse than what the operator, who is there, decides in a minute. */
function leaveFrozen(
  { options, terminal, other }: Takeover,
  why: string,
  troubles: readonly string[],
): ExitStatus {
  other.leaveFrozen();
  for (const trouble of troubles) complain(terminal, [problemElsewhere(trouble)]);
  const pids = other.pids.join(" ");
  const { unit } = other;
  const goesOn =
    unit === null || options.start !== null ? `kill -CONT ${pids}` : `systemctl restart ${unit}`;
  const stop = options.stop ?? "systemctl stop lvsd";
  complain(terminal, [problemElsewhere(`${why}: keepalived stays frozen here`)]);
  terminal.error(
    `next: so that keepalived goes on: ${stop}, see that the other router has no VIP, then ${goesOn}\n` +
      `  or, where lvsd serves, end keepalived without a clean-up: kill -KILL ${pids}\n`,
  );
  return exit.refused;
}

/** keepalived would go on as the master that it was, and two routers would hold the VIPs. */
async function leaveToPeer(
  { options, terminal, other }: Takeover,
  troubles: readonly string[],
): Promise<ExitStatus> {
  const failed = await endOther(other, options.start === null);
  for (const trouble of troubles) complain(terminal, [problemElsewhere(trouble)]);
  complain(
    terminal,
    failed.map(({ message, hint }) => problemElsewhere(message, hint)),
  );
  terminal.error(
    "the other router's lvsd serves: it has heard this one's, and taken over; keepalived has been ended here\n" +
      "next: mend what kept lvsd from serving here, then start it: systemctl start lvsd\n",
  );
  return exit.refused;
}
