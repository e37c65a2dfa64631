/** One heartbeat with a value in every field, and its bytes: docs/heartbeat.md shows the same. */

import { type Seal, sealOf } from "../../src/heartbeat/header.ts";
import type { BootId, ClusterId, Message } from "../../src/heartbeat/message.ts";
import { instant, ms } from "../../src/model/time.ts";

export const cluster = "c1c2c3c4c5c6c7c8" as ClusterId;
export const key = Uint8Array.from({ length: 32 }, (_, index) => index);
export const signed: Seal = sealOf([key]);
export const unsigned: Seal = sealOf([]);

export const sample: Message = {
  major: 1,
  cluster,
  role: "backup",
  boot: "b1b2b3b4b5b6b7b8" as BootId,
  sequence: 4_294_967_298,
  sentAt: instant(1_000.5),
  echo: {
    boot: "a1a2a3a4a5a6a7a8" as BootId,
    sequence: 77,
    sentAt: instant(2_000.25),
    age: ms(12.5),
  },
  state: "standby",
  holds: false,
  ready: true,
  hears: true,
  asks: false,
  leaving: false,
  term: 3,
  termSeen: 4,
  faults: [
    { kind: "link", count: 1 },
    { kind: "late", count: 1 },
  ],
  reach: "none",
  unserved: 0,
  interval: ms(250),
  deadAfter: ms(1000),
  failback: "manual",
  suspended: false,
  handOver: { kind: "want", id: 9, cause: "switchover" },
  holdFor: ms(0),
  config: { serial: 5, hash: "000102030405060708090a0b0c0d0e0f" },
  paths: [{ sentAt: instant(2_000.25), age: ms(12.5) }, null],
  strangers: [{ boot: "d1d2d3d4d5d6d7d8" as BootId, sequence: 1, sentAt: instant(3), age: ms(4) }],
  digest: Uint8Array.of(0xde, 0xad),
};
