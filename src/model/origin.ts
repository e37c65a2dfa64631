/** Where packets of this machine come from, where that is not the kernel's choice (socket(7)). */
import type { IpAddress } from "./address.ts";

export interface Origin {
  /** An address of this machine; null: what the route says. */
  readonly source: IpAddress | null;
  /** Null: any free one. */
  readonly port: number | null;
  /** The interface by which they leave; null: what the route says. */
  readonly device: string | null;
  /** A firewall mark, by which rules of ip-rule(8) and of the packet filter know them; null: none. */
  readonly mark: number | null;
}
