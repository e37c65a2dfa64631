/** Where a try goes, and what comes of opening a way there. */
import type { Target } from "../config/config.ts";
import type { IpAddress } from "../model/address.ts";
import type { Failed } from "./verdict.ts";

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** Where a try goes: the check's own address and port, where it has them. */
export const targetOf = (check: Target, endpoint: Endpoint): Endpoint => ({
  address: check.address ?? endpoint.address,
  port: check.port ?? endpoint.port,
});

/** A failure, or what was wanted. */
export type Opened<Connection> =
  | Failed
  | { readonly kind: "open"; readonly connection: Connection };
