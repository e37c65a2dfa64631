/** A router that speaks pulse, and what its peer says. */
import type { Input } from "../../../src/failover/protocol.ts";
import type { BootId, Message } from "../../../src/heartbeat/message.ts";
import { instant, ms } from "../../../src/model/time.ts";
import { type Bench, rules } from "../pulse-bench.ts";

/** What the other router, with lvsd, says to `bench` in lvsd's own protocol. */
export function beatTo(bench: Bench, sequence: number, change: Partial<Message> = {}): Input {
  const message: Message = {
    major: 1,
    cluster: rules.cluster,
    role: "backup",
    boot: "2222222222222222" as BootId,
    sequence,
    sentAt: instant(bench.now),
    echo: {
      boot: bench.router.boot,
      sequence: bench.router.sequence,
      age: ms(0),
      sentAt: bench.router.lastSentAt ?? instant(0),
    },
    state: "standby",
    holds: false,
    ready: true,
    hears: true,
    asks: false,
    leaving: false,
    term: 0,
    termSeen: 0,
    faults: [],
    interval: ms(2000),
    deadAfter: ms(6000),
    failback: "manual",
    suspended: false,
    handOver: { kind: "none", id: 0, cause: "none" },
    holdFor: ms(0),
    config: rules.config,
    paths: [null],
    strangers: [],
    reach: "unknown",
    unserved: 0,
    digest: new Uint8Array(0),
    ...change,
  };
  return { kind: "heard", path: 0, message };
}
