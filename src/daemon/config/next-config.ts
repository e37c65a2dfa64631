/** The configuration that would run next on this machine, or why none would. */
import type { Refusal } from "../../control/api.ts";
import { messageOf } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { refusedNow, refusedText } from "../refused.ts";
import { readWritten } from "./config-thread.ts";
import { onThisMachine, type Running } from "./running.ts";

export interface NextConfig {
  readonly path: string;
  /** In place of what the file on disk holds; null: that. */
  readonly text: string | null;
  /** What is loaded now. */
  readonly present: string;
  /** The role that the command line gives; null: none. */
  readonly given: Role | null;
  /** The role that this router has; it does not change while it runs. */
  readonly role: Role | null;
  readonly readInterfaces: () => Promise<readonly Interface[]>;
}

/** Reads and judges it. Never throws. */
export async function nextConfig(next: NextConfig): Promise<Running | Refusal> {
  try {
    const written = await readWritten(next.path, next.text, next.present);
    if ("problems" in written) return { ok: false, fault: "text", problems: written.problems };
    const running = onThisMachine(written, await next.readInterfaces(), next.given);
    if (running === "waiting") return refusedNow("none of the routers' addresses is here");
    if ("problems" in running) return { ok: false, fault: "text", problems: running.problems };
    if (next.role !== null && running.role !== next.role)
      return refusedText(next.path, `it would make this ${next.role} the ${running.role}`);
    return running;
  } catch (thrown) {
    return refusedNow(messageOf(thrown));
  }
}
