/** The configuration that would run next on this machine, or why none would. */
import type { Refusal } from "../../control/api.ts";
import type { Problem } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import { missingFiles } from "../../system/examination/missing-files.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { refusedNow } from "../refused.ts";
import { beyondBounds, readWritten } from "./config-thread.ts";
import { nextRunning } from "./next-running.ts";
import type { Running, Written } from "./running.ts";

export interface NextConfig {
  readonly path: string;
  /** In place of what the file on disk holds; null: that. */
  readonly text: string | null;
  /** What is loaded now. */
  readonly present: string;
  readonly loaded: Written | null;
  /** The files of the configurations that were loaded before, of this router's history. */
  readonly past: readonly string[];
  /** The role that the command line gives; null: none. */
  readonly forced: Role | null;
  /** The role that this router has; it does not change while it runs. */
  readonly role: Role | null;
  readonly readInterfaces: () => Promise<readonly Interface[]>;
  /** Whether a device takes IPv6 addresses; null: what this machine lacks is no reason. */
  readonly ipv6: ((device: string) => boolean) | null;
}

/**
 * What this machine lacks of what a text asks of it: devices, networks of VIPs, programs, files.
 * Empty where the text itself cannot be read: that is not this machine's trouble. Never throws.
 */
export async function lackedHere(next: NextConfig): Promise<readonly Problem[]> {
  try {
    const written = await readWritten(next.path, next.text, next.present, next.past);
    if ("problems" in written) return [];
    const running = await here(written, next);
    return "ok" in running && running.fault === "text" ? running.problems : [];
  } catch {
    return [];
  }
}

/** Reads and judges it. Never throws. */
export async function nextConfig(next: NextConfig): Promise<Running | Refusal> {
  try {
    const written = await readWritten(next.path, next.text, next.present, next.past);
    if ("problems" in written) return { ok: false, fault: "text", problems: written.problems };
    const beyond = await beyondText(written, next);
    if (beyond.length > 0) return { ok: false, fault: "text", problems: beyond };
    return await here(written, next);
  } catch (thrown) {
    return refusedNow(messageOf(thrown));
  }
}

/**
 * What a text from outside may not say. Judged before anything is looked for on this machine: else
 * the answer would say which files are there. Throws MachineError.
 */
async function beyondText(
  { config: { heartbeat, notify } }: Written,
  { path, text, present, loaded, past }: NextConfig,
): Promise<readonly Problem[]> {
  if (text === null || loaded === null) return [];
  // Not the whole of both: what goes to the thread is copied.
  const before = { heartbeat: loaded.config.heartbeat, notify: loaded.config.notify };
  const included = loaded.files.filter((file) => file.path !== path).map((file) => file.text);
  const judged = { path, text, present: [present, ...included], past };
  return beyondBounds({ ...judged, next: { heartbeat, notify }, before });
}

/** What it is on this machine, or what of it is not to be had here. Throws MachineError. */
async function here(
  written: Written,
  { forced, role, ipv6, loaded, readInterfaces }: NextConfig,
): Promise<Running | Refusal> {
  const running = nextRunning(written, { interfaces: await readInterfaces(), forced, role, ipv6 });
  if ("ok" in running || ipv6 === null) return running;
  const problems = missingFiles(running, loaded);
  return problems.length === 0 ? running : { ok: false, fault: "text", problems };
}
