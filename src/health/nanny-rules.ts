/** What a nanny needs of the configuration. */
import type { Checks, Maintenance } from "../config/config.ts";
import type { IpAddress } from "../model/address.ts";
import type { Ms } from "../model/time.ts";
import type { Damping } from "./damping.ts";
import type { RealServerKey } from "./health.ts";

/** One real server of one virtual server, as the configuration has it. */
export interface NannyRules {
  readonly key: RealServerKey;
  readonly virtualServer: string;
  readonly realServer: string;
  readonly address: IpAddress;
  readonly port: number;
  /** False when the real server or its virtual server is inactive. */
  readonly active: boolean;
  /** The operator's order that makes it inactive, or gives it weight 0. */
  readonly maintenance?: Maintenance | undefined;
  readonly weight: number;
  readonly quiesce: boolean;
  /** How long a failed one stays at weight 0 at most, with `quiesce`; null: as long as it is failed. */
  readonly quiesceMax: Ms | null;
  readonly reentry: Ms;
  readonly slowStart: Ms;
  readonly damping: Damping | "off";
  readonly start: "checking" | "up";
  readonly check: Checks;
}
