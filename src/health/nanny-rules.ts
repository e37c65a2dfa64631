/** What a nanny needs of the configuration. */
import type { Checks, Maintenance, RealServer, VirtualServer } from "../config/config.ts";
import type { IpAddress } from "../model/address.ts";
import type { Ms } from "../model/time.ts";
import type { Damping } from "./damping.ts";
import { type RealServerKey, realServerKey } from "./health.ts";
import { quiesceMaxOf } from "./quiescence.ts";
import type { RampRules } from "./ramp.ts";

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
  /** Its weights have steps of 1/scale (config/lifecycle/weight-scale.ts). */
  readonly scale: number;
  /** Whether a load monitor may change its weight. */
  readonly isLoadMonitored: boolean;
  readonly quiesce: boolean;
  /**
   * How long a failed one stays at weight 0 at most, with `quiesce`; null: as long as it is failed.
   */
  readonly quiesceMax: Ms | null;
  readonly reentry: Ms;
  readonly slowStart: Ms;
  readonly damping: Damping | "off";
  readonly start: "checking" | "up";
  readonly check: Checks;
}

/** The rules of one real server. */
export const nannyRules = (virtualServer: VirtualServer, realServer: RealServer): NannyRules => ({
  key: realServerKey(virtualServer.name, realServer.name),
  virtualServer: virtualServer.name,
  realServer: realServer.name,
  address: realServer.address,
  port: realServer.port,
  active: virtualServer.active && realServer.active,
  maintenance: virtualServer.maintenance ?? realServer.maintenance,
  weight: realServer.weight,
  scale: virtualServer.weightScale,
  isLoadMonitored: virtualServer.loadMonitor !== "none",
  quiesce: virtualServer.quiesce,
  quiesceMax: quiesceMaxOf(virtualServer),
  reentry: virtualServer.reentry,
  slowStart: virtualServer.slowStart,
  damping: virtualServer.damping,
  start: virtualServer.start,
  check: realServer.check,
});

/** Whether both are about the same machine and port. */
export const sameEndpoint = (before: NannyRules, after: NannyRules): boolean =>
  before.key === after.key && before.address === after.address && before.port === after.port;

/** How its weight rises after a return. */
export const rampRules = ({ weight, slowStart, scale }: NannyRules): RampRules => ({
  weight,
  length: slowStart,
  scale,
});
