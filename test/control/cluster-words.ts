/** Messages of the configuration channel. */
import type { Possessions } from "../../src/advice/findings/possessions.ts";

export const hash = "0f".repeat(32);

export const possessions: Possessions = {
  files: { "/etc/lvsd/commands/fence": hash, "/gone": null },
  networks: { eth0: ["192.168.26.0/24"] },
  clock: 1,
  version: "0.1.0",
  configHash: hash,
};

export const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value));
