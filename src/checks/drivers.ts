/**
 * The drivers of check types that are more than a dialogue (`runs: { by: "driver" }`), each loaded
 * when a check first needs it. A driver gets the settled check, where the try goes, and the
 * deadline; it ends by the deadline and leaves nothing open. What it throws is `local` (check.ts).
 */

import type { CheckResult, Deadline } from "./check-result.ts";
import type { Endpoint } from "./target.ts";

/** `check` is the value of the type that names the driver: `never` lets each take its own. */
export type Driver = (check: never, target: Endpoint, deadline: Deadline) => Promise<CheckResult>;

export const drivers: Readonly<Record<string, () => Promise<Driver>>> = {
  grpc: async () => (await import("./clients/grpc.ts")).tryGrpc,
  bfd: async () => (await import("./clients/bfd.ts")).tryBfd,
  ping: async () => (await import("./clients/ping.ts")).tryPing,
  ldap: async () => (await import("./clients/ldap.ts")).tryLdap,
  mysql: async () => (await import("./clients/mysql.ts")).tryMysql,
  pgsql: async () => (await import("./clients/pgsql.ts")).tryPgsql,
  dns: async () => (await import("./clients/dns.ts")).tryDns,
  file: async () => (await import("./program/file.ts")).tryFile,
  command: async () => (await import("./program/command.ts")).tryCommand,
};
