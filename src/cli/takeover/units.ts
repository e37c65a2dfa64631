/** What systemd is asked for while lvsd takes keepalived's place. */
import { basename, dirname } from "node:path";
import { MachineError } from "../../model/error.ts";
import { ms } from "../../model/time.ts";
import { findProgram, type OtherProgram } from "../../system/process/other-program.ts";
import { runProgram } from "../../system/program/program.ts";

/** systemd waits for READY=1 itself. */
const deadline = ms(30_000);

/**
 * An operator's command in the place of systemd's; null: systemd's. `stopped` ends it; a job of
 * systemd's goes on then, until another one replaces it. Throws MachineError.
 */
export async function command(
  given: string | null,
  usual: readonly string[],
  stopped?: AbortSignal,
): Promise<void> {
  const [file = "", ...args] =
    given === null ? usual : given.split(/\s+/).filter((word) => word !== "");
  const place = file.startsWith("/") ? { path: dirname(file) } : {};
  const until = stopped === undefined ? {} : { stopped };
  await runProgram({ file: basename(file), args, deadline, ...place, ...until });
}

/**
 * Ends keepalived for good: systemd starts it neither again nor at the next boot, and lvsd instead.
 * What failed, one line each, with the command that is left to be done; keepalived is gone in any
 * case. At no moment is neither of the two enabled: a router that loses power meanwhile serves.
 */
export async function endOther(
  other: OtherProgram,
  hasUnits: boolean,
): Promise<readonly { readonly message: string; readonly hint: string }[]> {
  const { unit } = other;
  const failed: { message: string; hint: string }[] = [];
  const systemctl = async (...words: readonly string[]): Promise<void> => {
    try {
      await command(null, ["systemctl", ...words]);
    } catch (thrown) {
      if (!(thrown instanceof MachineError)) throw thrown;
      const line = `systemctl ${words.filter((word) => word !== "--quiet").join(" ")}`;
      failed.push({ message: `keepalived is gone, but ${thrown.message}`, hint: line });
    }
  };
  if (unit !== null && hasUnits) {
    await systemctl("enable", "--quiet", "lvsd");
    await systemctl("disable", "--quiet", unit);
    await systemctl("mask", "--runtime", "--quiet", unit);
  }
  await other.kill();
  if (unit !== null && hasUnits) {
    // A unit that starts again what has died, and that could not be masked, is about to do so.
    await systemctl("stop", "--quiet", unit);
    // To systemd it has failed, which would alarm whoever watches failed units.
    await command(null, ["systemctl", "reset-failed", unit]).catch(() => {});
  }
  const again = findProgram(other.name);
  if (again !== null) await again.kill();
  return failed;
}
