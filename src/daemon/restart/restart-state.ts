/**
 * What a daemon that restarts on purpose leaves to its successor: the hold, for as long as the
 * kernel keeps the addresses, and the memory of what cannot be read from the kernel.
 *
 * Invariant: both end by themselves. They name the instant at which they are over and the boot of
 * the kernel whose clock that is, so that what a dead attempt left says nothing to anybody later.
 */
import { join } from "node:path";
import type { RememberedBfd } from "../../checks/bfd/bfd-sessions.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import { noLoad } from "../../health/load/load.ts";
import { checks, type Nanny } from "../../health/nanny.ts";
import { canBeWeighed, type KnownWeight, knownWeight } from "../../health/weight-fact.ts";
import { addMs, type Instant, instant, type Ms, ms } from "../../model/time.ts";
import { readBounded, removeFile, replaceFile } from "../../system/file/files.ts";
import { kernelBoot } from "../../system/process/clock.ts";
import { holdFile, holdFor, leaveHold } from "../../system/process/left-words.ts";
import type { Commands } from "../services/controlled-service.ts";

/**
 * The kernel drops the addresses this long before the peer may take them; it counts in seconds
 * (measured: 1 s ends after 0.9 to 1.13 s), and the peer hears of the hold before they expire.
 */
const expireBefore: Ms = ms(2000);

const memoryFile = "restart.json";

export { holdFile, holdFor, leaveHold };

/** 100,000 real servers of some 150 bytes. */
const memoryBytesMax = 32 * 1024 * 1024;

/** How the predecessor knew a real server to stand. */
export interface Remembered {
  readonly key: RealServerKey;
  readonly address: string;
  readonly port: number;
  readonly standing: "up" | "down";
  /** Held down by `damping` until then. */
  readonly heldUntil?: Instant | null;
}

/** The weight that the predecessor knew, where that is not the configured one. */
export interface RememberedWeight extends KnownWeight {
  readonly key: RealServerKey;
  readonly address: string;
  readonly port: number;
}

export interface Memory {
  readonly realServers: readonly Remembered[];
  readonly weights: readonly RememberedWeight[];
  /** Whether the quorum of each virtual server was there. */
  readonly quorums: readonly (readonly [virtualServer: string, quorate: boolean])[];
  /** The BFD sessions with real servers. */
  readonly bfd: readonly RememberedBfd[];
  /** Kernel parameters as they were before lvsd changed them. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The failover services that run, and by which commands. */
  readonly services: readonly Commands[];
}

export interface PredecessorState {
  /** The kernel keeps the addresses and the peer waits, until then; null: nothing was kept. */
  readonly heldUntil: Instant | null;
  readonly memory: Memory;
}

export const nothingLeft: PredecessorState = {
  heldUntil: null,
  memory: { realServers: [], weights: [], quorums: [], bfd: [], sysctls: {}, services: [] },
};

/** For how long the kernel is to keep the addresses when the peer holds for `length`. */
export const lifetimeWithin = (length: Ms): Ms => ms(Math.max(1000, length - expireBefore));

/** What is known for good of these real servers; what is waited for is found out anew. */
export const rememberedOf = (nannies: Iterable<Nanny>): Remembered[] =>
  [...nannies].flatMap(({ rules, verdict, source, recoveredAt, flapping }) => {
    const found = source === "own" || source === "peer";
    if (!checks(rules) || !found || recoveredAt !== null || verdict === "unknown") return [];
    const { key, address, port } = rules;
    const { heldUntil } = flapping;
    return [
      { key, address, port, standing: verdict, ...(heldUntil === null ? {} : { heldUntil }) },
    ];
  });

/** The weights that checks and load monitors give, where they do. */
export const weightsOf = (nannies: Iterable<Nanny>): RememberedWeight[] =>
  [...nannies].flatMap((nanny) => {
    const known = knownWeight(nanny);
    if (known.checkedWeight === null && nanny.load === noLoad) return [];
    const { key, address, port } = nanny.rules;
    return [{ key, address, port, ...known }];
  });

/** Leaves the memory. Throws MachineError. */
export function leaveMemory(runDir: string, memory: Memory, now: Instant): void {
  const body = {
    boot: kernelBoot(),
    pid: process.pid,
    until: addMs(now, holdFor),
    ...memory,
  };
  replaceFile(join(runDir, memoryFile), JSON.stringify(body));
}

/** What a predecessor has left that is not over. Throws MachineError when it cannot be read. */
export function readPredecessor(runDir: string, now: Instant): PredecessorState {
  const hold = readBounded(join(runDir, holdFile), 200)?.toString("utf8") ?? "";
  const [until = "", boot] = hold.split("\n");
  const end = instant(Number(until) * 1000);
  const stands = /^\d+$/.test(until) && boot === kernelBoot() && now < end && end - now <= holdFor;
  return { heldUntil: stands ? end : null, memory: readMemory(runDir, now) };
}

function readMemory(runDir: string, now: Instant): Memory {
  const bytes = readBounded(join(runDir, memoryFile), memoryBytesMax);
  if (bytes === null) return nothingLeft.memory;
  try {
    const { boot, pid, until, ...left } = JSON.parse(bytes.toString("utf8"));
    const { realServers, weights = [], quorums = [], bfd = [], sysctls, services } = left;
    if (boot !== kernelBoot() || now >= until) return nothingLeft.memory;
    // With another process than this one its unit's control group has ended, and they with it.
    const going = pid === process.pid ? (services ?? []) : [];
    return { realServers, weights, quorums, bfd, sysctls, services: going };
  } catch {
    // Not written by lvsd: as if there were none.
  }
  return nothingLeft.memory;
}

/** The successor has it all, or the attempt is over. Throws MachineError. */
export function removeLeft(runDir: string): void {
  for (const name of [holdFile, memoryFile]) removeFile(join(runDir, name));
}

/** Who of these is the same real server still: the same names at the same endpoint. */
export function standingsFor(
  nannies: Iterable<Nanny>,
  { realServers }: Memory,
): ReadonlyMap<RealServerKey, Pick<Remembered, "standing" | "heldUntil">> {
  const known = new Map(realServers.map((each) => [each.key, each]));
  const standings = new Map<RealServerKey, Remembered>();
  for (const { rules } of nannies) {
    const found = known.get(realServerKey(rules.virtualServer, rules.realServer));
    if (found?.address === rules.address && found.port === rules.port)
      standings.set(rules.key, found);
  }
  return standings;
}

/** What is known of the weights of these nannies. */
export function weightsFor(
  nannies: Iterable<Nanny>,
  { weights }: Memory,
): ReadonlyMap<RealServerKey, KnownWeight> {
  const known = new Map(weights.map((each) => [each.key, each]));
  const found = new Map<RealServerKey, KnownWeight>();
  for (const { rules } of nannies) {
    const { address, port, checkedWeight = null, load } = known.get(rules.key) ?? {};
    if (address !== rules.address || port !== rules.port || !canBeWeighed(rules)) continue;
    found.set(rules.key, {
      checkedWeight,
      load: rules.isLoadMonitored ? { ...noLoad, ...load } : noLoad,
    });
  }
  return found;
}
