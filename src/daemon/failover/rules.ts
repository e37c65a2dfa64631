/** The configuration as the failover machine needs it. Pure. */
import type { Rules } from "../../failover/protocol.ts";
import { clusterOf } from "../../heartbeat/header.ts";
import type { Running } from "../config/running.ts";
import { pathNames } from "./ways.ts";

/** The rules of this router under a configuration. */
export function rulesOf({ config, role }: Pick<Running, "config" | "role">): Rules {
  const { heartbeat, failover, routers } = config;
  return {
    role,
    protocol: heartbeat.protocol,
    alone: routers.backup === null,
    cluster: clusterOf(routers.primary.public, (routers.backup ?? routers.primary).public),
    paths: pathNames(config),
    interval: heartbeat.interval,
    deadAfter: heartbeat.deadAfter,
    warnAfter: heartbeat.warnAfter,
    startDelay: failover.startDelay,
    failback: failover.failback,
    failbackDelay: failover.failbackDelay,
    arbiter: failover.gateway.length > 0,
    fence: failover.fence === null ? null : { onFailure: failover.fence.onFailure },
    config: { serial: config.serial, hash: config.hash.slice(0, 32) },
  };
}
