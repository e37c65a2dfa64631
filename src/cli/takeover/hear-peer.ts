/** Whether the other router's lvsd speaks, heard in the place of this router's before it starts. */
import { setTimeout as sleep } from "node:timers/promises";
import { addressesOf, type Config } from "../../config/config.ts";
import { sealOf } from "../../heartbeat/header.ts";
import type { Message } from "../../heartbeat/message.ts";
import { decode } from "../../heartbeat/wire.ts";
import { isRefused } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import { openHeartbeatPath } from "../../system/net/datagram.ts";

/** Beats come every interval; a start or a busy machine may cost some. */
const beatsAwaited = 6;
const leastMs = 2000;

/** A takeover without a fence: what claiming and one lost beat add to `dead_after`. */
const claimsWithinMs = 1500;

const bindAgainMs = 100;

/** Null: it is heard; otherwise why not. */
export async function peerSilent(
  config: Config,
  role: Role,
  keys: readonly Uint8Array[],
): Promise<string | null> {
  const withinMs = Math.max(leastMs, beatsAwaited * config.heartbeat.interval);
  const heard = await awaited(config, role, keys, { withinMs, sought: () => true });
  if (heard === "heard") return null;
  if (heard !== "silent") return heard.failed;
  const peer = addressesOf(config, otherRole(role))?.public;
  return peer === undefined ? "there is no other router" : `no heartbeat of ${peer} was heard`;
}

/**
 * Whether the peer's lvsd holds the VIPs, now that this router's has fallen silent; waits as long
 * as its takeover may take. `failed`: it could not be listened for, so that it is not known.
 */
export async function peerTakes(
  config: Config,
  role: Role,
  keys: readonly Uint8Array[],
): Promise<Heard> {
  const { fence } = config.failover;
  const withinMs = config.heartbeat.deadAfter + claimsWithinMs + (fence?.timeout ?? 0);
  const sought = (message: Message | null): boolean => message?.holds === true;
  const until = performance.now() + withinMs;
  for (;;) {
    const heard = await awaited(config, role, keys, { withinMs, sought });
    // An lvsd that is ending has the port for a moment more.
    if (heard === "heard" || heard === "silent" || performance.now() > until) return heard;
    await sleep(bindAgainMs);
  }
}

const otherRole = (role: Role): Role => (role === "primary" ? "backup" : "primary");

export type Heard = "heard" | "silent" | { readonly failed: string };

/** Whether the peer says what is sought; null: something in a version that is not known here. */
async function awaited(
  config: Config,
  role: Role,
  keys: readonly Uint8Array[],
  { withinMs, sought }: { readonly withinMs: number; sought(message: Message | null): boolean },
): Promise<Heard> {
  const own = addressesOf(config, role);
  const peer = addressesOf(config, otherRole(role));
  if (own === null || peer === null) return "silent";
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
            own: mine,
            peer: theirs,
            port: config.heartbeat.port,
            onForeign: () => {},
            onDatagram: (bytes) => {
              const decoded = decode(bytes, seal);
              if (isRefused(decoded)) return;
              heard ||= sought(decoded.kind === "message" ? decoded.message : null);
            },
          }),
        ],
  );
  try {
    const failed = (await Promise.all(paths.map((path) => path.bind()))).filter(
      (why) => why !== null,
    );
    if (failed.length === paths.length) return { failed: failed.join("; ") };
    const until = performance.now() + withinMs;
    while (!heard && performance.now() < until) await sleep(20);
    return heard ? "heard" : "silent";
  } finally {
    await Promise.all(paths.map((path) => path.close()));
  }
}
