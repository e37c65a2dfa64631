/** Whether the other router's lvsd speaks, heard in the place of this router's before it starts. */
import { setTimeout as sleep } from "node:timers/promises";
import { addressesOf, type Config } from "../../config/config.ts";
import { sealOf } from "../../heartbeat/header.ts";
import { decode } from "../../heartbeat/wire.ts";
import { isRefused } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import { openHeartbeatPath } from "../../system/net/datagram.ts";

/** Beats come every interval; a start or a busy machine may cost some. */
const beatsAwaited = 6;
const leastMs = 2000;

/** Null: it is heard; otherwise why not. */
export async function peerSilent(
  config: Config,
  role: Role,
  keys: readonly Uint8Array[],
): Promise<string | null> {
  const own = addressesOf(config, role);
  const peer = addressesOf(config, role === "primary" ? "backup" : "primary");
  if (own === null || peer === null) return null;
  const seal = sealOf(keys);
  let heard = false;
  const pairs = [
    [own.public, peer.public],
    [own.private, peer.private],
  ] as const;
  const paths = pairs.flatMap(([mine, theirs]) =>
    mine === null || theirs === null
      ? []
      : [
          openHeartbeatPath({
            ...{ own: mine, peer: theirs, port: config.heartbeat.port, onForeign: () => {} },
            onDatagram: (bytes) => {
              heard ||= !isRefused(decode(bytes, seal));
            },
          }),
        ],
  );
  try {
    const failed = (await Promise.all(paths.map((path) => path.bind()))).filter(
      (why) => why !== null,
    );
    if (failed.length === paths.length) return failed.join("; ");
    const until = performance.now() + Math.max(leastMs, beatsAwaited * config.heartbeat.interval);
    while (!heard && performance.now() < until) await sleep(20);
    return heard ? null : `no heartbeat of ${peer.public} was heard`;
  } finally {
    await Promise.all(paths.map((path) => path.close()));
  }
}
