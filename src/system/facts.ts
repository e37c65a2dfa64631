/** What this machine has of what lvsd needs: facts for `check --here`, judged elsewhere. */
import type { Interface } from "./ip.ts";

export interface Facts {
  /** Absolute path of each program, null where it is missing. */
  readonly programs: { readonly ipvsadm: string | null; readonly ip: string | null };
  /** `ready`: /proc/net/ip_vs is there; `loadable`: modprobe knows the module; else `missing`. */
  readonly ipvs: "ready" | "loadable" | "missing";
  /** Null when they could not be read, with the reason in `interfacesError`. */
  readonly interfaces: readonly Interface[] | null;
  readonly interfacesError: string | null;
  /** Capabilities out of CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE that this process has. */
  readonly capabilities: readonly string[];
}
export type ReadFacts = (options?: { readonly path?: string }) => Promise<Facts>;
