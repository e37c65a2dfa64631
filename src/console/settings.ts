/**
 * Where the console listens and which networks it serves. The daemon has read the configuration and
 * says; what it said last is kept, so that a console that starts while the daemon is down listens
 * where it did.
 */
import { join } from "node:path";
import type { ConsoleConfig } from "../config/config.ts";
import { readBounded, replaceFile } from "../system/file/files.ts";

/** `listen`: an address, as the command line may give it too. */
export type ConsoleSettings = Omit<ConsoleConfig, "listen"> & { readonly listen: string };

/**
 * As the configuration has it where it says nothing: the old tool's port, reached through ssh -L.
 */
export const settingsUsual: ConsoleSettings = {
  listen: "127.0.0.1",
  port: 3636,
  allow: [],
  tls: null,
};

const fileName = "settings.json";
const fileBytesMax = 64 * 1024;

/** What the daemon said last; the usual where nothing is known. Never throws. */
export function lastSettings(stateDir: string): ConsoleSettings {
  try {
    const bytes = readBounded(join(stateDir, fileName), fileBytesMax);
    if (bytes === null) return settingsUsual;
    return { ...settingsUsual, ...(JSON.parse(bytes.toString("utf8")) as ConsoleSettings) };
  } catch {
    // Written by nobody but the console: damaged, it is as good as none.
    return settingsUsual;
  }
}

/** Throws MachineError. */
export function keepSettings(stateDir: string, settings: ConsoleSettings): void {
  replaceFile(join(stateDir, fileName), `${JSON.stringify(settings)}\n`, 0o640);
}
