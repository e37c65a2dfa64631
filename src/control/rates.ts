/** Which of the kernel's rates belong to which server of a status: both are named differently. */
import type { Rates } from "../kernel/ipvs-rates.ts";
import type { RatesReport, RealServerStatus, VirtualServerStatus } from "./api.ts";

/** The rates of one virtual server; null: the kernel's table has none of it. */
export interface ServerRates {
  readonly whole: Rates | null;
  readonly of: (real: RealServerStatus) => Rates | null;
}

type Named = Pick<VirtualServerStatus, "protocol" | "address" | "port" | "fwmark">;

/** By virtual server. Null: the rates cannot be read. */
export function ratesBy(report: RatesReport | null): (server: Named) => ServerRates {
  const known = new Map(report?.services.map((service) => [service.service, service]));
  return (server) => {
    const whole = known.get(serviceName(server)) ?? null;
    const destinations = new Map(whole?.destinations.map((one) => [one.destination, one]));
    return { whole, of: (real) => destinations.get(endpoint(real)) ?? null };
  };
}

export const endpoint = ({ address, port }: Pick<Named, "address" | "port">): string =>
  address?.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** As printService says it (model/service.ts). */
export const serviceName = (server: Named): string =>
  server.fwmark === null
    ? `${server.protocol} ${endpoint(server)}`
    : `fwmark ${server.fwmark}${server.address?.includes(":") ? " inet6" : ""}`;
