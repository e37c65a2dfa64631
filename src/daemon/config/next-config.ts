/** The configuration that would run next on this machine, or why none would. */
import type { Refusal } from "../../control/api.ts";
import { messageOf } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { refusedNow } from "../refused.ts";
import { readWritten } from "./config-thread.ts";
import { nextRunning } from "./next-running.ts";
import type { Running } from "./running.ts";

export interface NextConfig {
  readonly path: string;
  /** In place of what the file on disk holds; null: that. */
  readonly text: string | null;
  /** What is loaded now. */
  readonly present: string;
  /** The role that the command line gives; null: none. */
  readonly forced: Role | null;
  /** The role that this router has; it does not change while it runs. */
  readonly role: Role | null;
  readonly readInterfaces: () => Promise<readonly Interface[]>;
  /** Whether a device takes IPv6 addresses; null: what this machine lacks is no reason. */
  readonly ipv6: ((device: string) => boolean) | null;
}

/** Reads and judges it. Never throws. */
export async function nextConfig(next: NextConfig): Promise<Running | Refusal> {
  try {
    const written = await readWritten(next.path, next.text, next.present);
    if ("problems" in written) return { ok: false, fault: "text", problems: written.problems };
    const { forced, role, ipv6 } = next;
    return nextRunning(written, { interfaces: await next.readInterfaces(), forced, role, ipv6 });
  } catch (thrown) {
    return refusedNow(messageOf(thrown));
  }
}
