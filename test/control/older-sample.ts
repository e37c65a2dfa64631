/** The sample status as a daemon of the first version says it, for the command line and the console. */
import type { Status } from "../../src/control/api.ts";
import { sampleStatus } from "./sample.ts";

/** The fields of the first version, which every daemon says. */
const firstFields = new Set([
  "version",
  "role",
  "state",
  "since",
  "cause",
  "config",
  "heartbeat",
  "peer",
  "vips",
  "virtual_servers",
  "ipvs",
  "path",
  "serial",
  "hash",
  "sent",
  "received",
  "late",
  "in_sync",
  "foreign_services",
  "alive",
  "config_match",
  "paths",
  "name",
  "last_seen_ms",
  "rtt_ms",
  "lost",
  "address",
  "device",
  "held",
  "protocol",
  "port",
  "fwmark",
  "scheduler",
  "active_connections",
  "inactive_connections",
  "real_servers",
  "weight",
  "check",
  "type",
  "effective_weight",
  "last_ms",
  "error",
]);

/** `value` with the fields of the first version alone. */
const older = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(older);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => firstFields.has(key))
      .map(([key, inner]) => [key, older(inner)]),
  );
};

export const olderStatus: Status = { ...(older(sampleStatus) as Status), version: "0.0.9" };
