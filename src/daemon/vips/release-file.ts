/** What the unit's clean-up finds in the run directory: the VIPs that may have stayed behind. */
import { join } from "node:path";
import { messageOf } from "../../model/error.ts";
import { removeFile, replaceFile } from "../../system/file/files.ts";
import { type FloatingAddress, releaseBatch } from "../../system/ip/ip.ts";
import type { Doors } from "../doors.ts";

const releaseFile = "release.batch";

/** Leaves the list of what may be held. A disk that does not take it is reported. */
export function leaveReleaseFile(
  { runDir, report }: Pick<Doors, "runDir" | "report">,
  vips: readonly FloatingAddress[],
): void {
  try {
    replaceFile(join(runDir, releaseFile), releaseBatch(vips));
  } catch (thrown) {
    const text = `after a crash the VIPs would stay behind: ${messageOf(thrown)}`;
    report({ event: "machine", kind: "failed", text });
  }
}

/** Nothing is held any more. Throws MachineError. */
export const removeReleaseFile = (runDir: string): void => removeFile(join(runDir, releaseFile));
