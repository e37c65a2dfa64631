/** What one process leaves in a file for the daemon that comes next on this machine. */
import { join } from "node:path";
import { type Instant, type Ms, seconds } from "../../model/time.ts";
import { replaceFile } from "../file/files.ts";
import { kernelBoot } from "./clock.ts";

/**
 * How long the peer is asked not to judge. A successor needs less than a second; on a busy router
 * with thousands of services, some. The kernel goes on forwarding all the while.
 */
export const holdFor: Ms = seconds(15);

/**
 * In the run directory: until when the addresses in the kernel are kept on purpose. Read by the
 * unit's ExecStopPost as well: seconds of /proc/uptime, and the kernel's boot id.
 */
export const holdFile = "hold";

/** Marks the addresses as kept on purpose. Throws MachineError. */
export function leaveHold(runDir: string, until: Instant, mode = 0o640): void {
  const text = `${Math.floor(until / 1000)}\n${kernelBoot()}\n`;
  replaceFile(join(runDir, holdFile), text, mode);
}

/**
 * In the state directory: the daemon claims nothing until its peer is heard, since the other router
 * still runs another program that holds the VIPs.
 */
export const awaitedPeerFile = "await-peer";

/** Throws MachineError. */
export function leaveAwaitedPeer(stateDir: string): void {
  replaceFile(join(stateDir, awaitedPeerFile), "left by lvsd takeover-from\n", 0o644);
}
