/**
 * When lvsd did not come to serve: what goes on in its place. That is keepalived, where it stood,
 * with the kernel as it left it; or the other router's lvsd, where it has taken the VIPs meanwhile.
 */
import { resolve } from "node:path";
import { problemElsewhere } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import { removeFile } from "../../system/file/files.ts";
import { awaitedPeerFile, holdFile } from "../../system/process/left-words.ts";
import { complain, type ExitStatus, exit } from "../outcome.ts";
import { peerTakes } from "./hear-peer.ts";
import { putBack } from "./kernel-before.ts";
import type { Takeover } from "./takeover.ts";
import { command, endOther } from "./units.ts";

/** `touched`: lvsd may have been started, and may have spoken to its peer. */
export async function goBack(
  takeover: Takeover,
  touched: boolean,
  why: string,
): Promise<ExitStatus> {
  const { options, terminal, other, before, config, role, keys, isHolder } = takeover;
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
  let isServedThere = false;
  await attempt(() => command(options.stop, ["systemctl", "stop", "lvsd"]));
  await attempt(async () => {
    removeFile(resolve(options.runDir, holdFile));
    removeFile(resolve(options.stateDir, awaitedPeerFile));
  });
  // A peer that has heard lvsd here takes over from it when it falls silent.
  if (touched && isHolder && !options.alone)
    await attempt(async () => {
      isServedThere = await peerTakes(config, role, keys);
    });
  if (isServedThere) return leaveToPeer(takeover, troubles);
  await attempt(async () => {
    for (const line of await putBack(before)) terminal.error(`put back: ${line}\n`);
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
