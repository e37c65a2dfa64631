/** Configurations of thousands of real servers, for who looks at them. Pure. */
import type { ConfigObject } from "./pair-config.ts";

/**
 * `service-N` on port 1000 + N of the VIP, each with `reals` unchecked real servers, `rsN`.
 * Inactive: this kernel has no IPVS, and a daemon that tries again and again to program all of them
 * would be what is measured. The status has all of them in any case.
 */
export function manyServers(
  vip: string,
  virtuals: number,
  reals: number,
): Readonly<Record<string, ConfigObject>> {
  const realServers = (of: number) =>
    Object.fromEntries(
      Array.from({ length: reals }, (_, at) => [`rs${at}`, { address: `10.13.${of}.${at + 1}` }]),
    );
  return Object.fromEntries(
    Array.from({ length: virtuals }, (_, at) => [
      `service-${at}`,
      {
        address: `${vip}/24`,
        device: "eth0",
        port: 1000 + at,
        active: false,
        check: { type: "none" },
        real_servers: realServers(at),
      },
    ]),
  );
}
