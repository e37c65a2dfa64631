/** Where a try goes, and what comes of opening a way there. */
import type { Aim } from "../check/type.ts";
import type { Check } from "../config/config.ts";
import type { IpAddress } from "../model/address.ts";
import type { Origin } from "../model/origin.ts";
import type { Failed } from "./check-result.ts";

/** A real server's own address and port. */
export type Endpoint = Aim;

/** The keys by which a check may go elsewhere; types without ports have only the first. */
interface Aimed {
  readonly address?: IpAddress | null;
  readonly port?: number | null;
}

/** Where a try goes: the check's own address and port, where it has them. */
export const targetOf = (check: Check, endpoint: Endpoint): Endpoint => {
  const { address, port }: Aimed = check.type === "none" ? {} : (check as Aimed);
  const target = { address: address ?? endpoint.address, port: port ?? endpoint.port };
  // Thousands of tries a second go straight.
  const isPlain = endpoint.path === undefined && endpoint.origin === undefined;
  return isPlain ? target : { ...endpoint, ...target };
};

/** Where a try's packets go, and where they come from; null: from wherever the kernel says. */
export interface Way {
  readonly address: IpAddress;
  readonly port: number;
  readonly origin: Origin | null;
}

/** Straight there, or through IPVS by a mark on what is sent. */
export const wayTo = ({ address, port, path, origin }: Endpoint): Way =>
  path === undefined
    ? { address, port, origin: origin ?? null }
    : {
        address: path.vip,
        port: path.port,
        origin: { source: path.source, mark: path.mark, port: null, device: null },
      };

/** What of the target makes a difference to a try: of ICMP no port, of a program all of it. */
export const targetIdentity = (check: Check, endpoint: Endpoint): Partial<Endpoint> => {
  const target = targetOf(check, endpoint);
  return "address" in check && !("port" in check) ? { address: target.address } : target;
};

/** A failure, or what was wanted. */
export type Opened<Connection> =
  | Failed
  | { readonly kind: "open"; readonly connection: Connection };
