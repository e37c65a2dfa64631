/**
 * The drivers of check types that are more than a dialogue (`runs: { by: "driver" }`), each loaded
 * when a check first needs it. A driver gets the settled check, where the try goes, and the
 * deadline; it ends by the deadline and leaves nothing open. What it throws is `local` (check.ts).
 */
import type { Endpoint } from "./target.ts";
import type { Deadline, Verdict } from "./verdict.ts";

/** `check` is the value of the type that names the driver: `never` lets each take its own. */
export type Driver = (check: never, target: Endpoint, deadline: Deadline) => Promise<Verdict>;

export const drivers: Readonly<Record<string, () => Promise<Driver>>> = {
  http: async () => (await import("./http.ts")).tryHttp,
  ping: async () => (await import("./clients/ping.ts")).tryPing,
  dns: async () => (await import("./clients/dns.ts")).tryDns,
  file: async () => (await import("./program/file.ts")).tryFile,
  command: async () => (await import("./program/command.ts")).tryCommand,
};
