/**
 * A takeover and a hand-over without a kernel, played a few times at the start: what they run
 * through is compiled and its programs are running when the first real one has to be fast. Changes
 * nothing.
 */

import { endpoint } from "../connections/opened-connections.ts";
import { readSyn, type Syn, synBits } from "../connections/syn.ts";
import type { Rules } from "../failover/protocol.ts";
import type { BootId } from "../heartbeat/message.ts";
import { messageOf } from "../model/error.ts";
import { usualSyncTarget } from "../model/sync-target.ts";
import { addMs, type Ms, ms, seconds } from "../model/time.ts";
import { nowhere } from "../system/ip/ip.ts";
import { type NextBytes, readThrough } from "../system/ipvs/connection-reader.ts";
import { syncFrame } from "../system/ipvs/sync-sender.ts";
import { ConnectionHandOver, type HandOverDoors } from "./connections/connection-handover.ts";
import type { Doors } from "./doors.ts";
import { Engine } from "./failover/engine.ts";
import { Announcements } from "./vips/announcements.ts";
import { Vips } from "./vips/vips.ts";

const nobody = "0000000000000000" as BootId;
/** A rehearsal that does not end is none: the real parts will report what is wrong. */
const rehearsalMax = seconds(1);
/** V8 compiles a function when it is called and makes it fast after some more calls. */
const times = 8;
/**
 * What reads and sends connections goes through thousands of lines in each hand-over. After so many
 * tellings V8 has made all of it as fast as it will be: else it would do that during the first
 * dozens of real ones, for 5 ms at a time on a machine of one processor.
 */
const tellings = 120;
/** A start does not wait longer for it. */
const tellingMax = ms(500);

/**
 * Plays a lone router that claims, announces and releases nothing; where connections are
 * synchronised, the sending of them many times more, for what is compiled of it takes some MiB.
 * Never throws.
 */
export async function rehearse(doors: Doors, rules: Rules, synchronises: boolean): Promise<void> {
  await repeat(times, rehearsalMax, doors, () => play(doors, rules));
  if (!synchronises) return;
  const handOver = rehearsedHandOver(doors);
  await repeat(tellings, tellingMax, doors, () =>
    handOver.around(stage, async () => ({ ok: true })),
  );
}

/** So many times, unless that takes too long. */
async function repeat(
  times: number,
  atMost: Ms,
  { now }: Doors,
  act: () => Promise<unknown>,
): Promise<void> {
  const until = addMs(now(), atMost);
  for (let count = 0; count < times && now() < until; count++) await act();
}

async function play(doors: Doors, rules: Rules): Promise<void> {
  const { now, openAlarm, report } = doors;
  const played = Promise.withResolvers<void>();
  const vips = understudy(doors);
  const handOver = rehearsedHandOver(doors);
  const engine = new Engine(
    { rules: { ...rules, alone: true, paths: [] }, boot: nobody, found: "nothing" },
    {
      claim: () => vips.claim(),
      // Not in the middle, as it really is: what was claimed is nowhere to be found meanwhile.
      release: async () => {
        const released = await vips.release();
        return handOver.around(stage, async () => released);
      },
      announce: () => vips.announce(),
      keep: async () => ({ ok: true }),
      fence: async () => ({ ok: true }),
      probe: async () => true,
      send: () => {},
      sendWord: () => {},
      report: () => {},
      answer: () => {},
      refused: () => {},
      stopped: played.resolve,
      stepped: ({ state, ending }) => {
        if (state === "active" && ending === null) engine.input({ kind: "stop" });
      },
    },
    now,
    openAlarm,
  );
  const giveUp = setTimeout(played.resolve, rehearsalMax);
  try {
    engine.begin();
    engine.input({ kind: "ready" });
    await played.promise;
  } catch (thrown) {
    report({ event: "machine", kind: "failed", text: `no rehearsal: ${messageOf(thrown)}` });
  } finally {
    clearTimeout(giveUp);
    engine.close();
    vips.close();
  }
}

/** The VIPs' own code, over doors that rehearse in their turn: it holds one that exists nowhere. */
function understudy({ ip, announcer, now }: Doors): Vips {
  const rehearsed = () => {
    announcer.rehearse();
    return { frames: 0, failures: [] };
  };
  const rhythm = { count: 1, interval: seconds(1), refresh: seconds(60) };
  const doors = { announceAll: rehearsed, probeAll: rehearsed };
  const vips = new Vips({
    ip: {
      readInterfaces: async () => [],
      async claim(held, onAdded) {
        await ip.rehearse();
        onAdded?.(held);
        return { kind: "all-held", held, missing: [], reasons: [] };
      },
      async release(missing) {
        await ip.rehearse();
        return { kind: "none-held", held: [], missing, reasons: [] };
      },
      remove: async (missing) => ({ kind: "none-held", held: [], missing, reasons: [] }),
      expire: async (held) => ({ kind: "all-held", held, missing: [], reasons: [] }),
    },
    announcements: new Announcements(doors, rhythm, () => {}),
    report: () => {},
    faultsChanged: () => {},
    now,
    ipv6: () => true,
    interfacesRead: () => {},
    remember: () => {},
  });
  vips.configure(nowhere);
  return vips;
}

/** A link that exists nowhere. */
const stage = {
  link: { name: "nowhere", index: 0, mac: null },
  id: 0,
  ...usualSyncTarget,
};
const noMac = new Uint8Array(6);

/** Connections among addresses for documentation (RFC 5737), as the kernel prints them. */
const states = ["ESTABLISHED", "SYN_RECV", "ESTABLISHED", "TIME_WAIT"] as const;
const printed = Buffer.from(
  Array.from({ length: 400 }, (_, port) => {
    const text = port.toString(16).toUpperCase().padStart(4, "0");
    const state = (states[port % states.length] ?? "").padEnd(11);
    return `TCP CB007101 ${text} CB007102 0050 CB007103 0050 ${state}     900\n`;
  }).join(""),
);
/** As the kernel does, a page at a time. */
const pageBytes = 4096;

/** A SYN from 203.0.113.1 on its way to 203.0.113.`host` (RFC 791, RFC 9293). */
const synTo = (host: number): Uint8Array =>
  Uint8Array.of(
    ...[0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 203, 0, 113, 1, 203, 0, 113, host],
    ...[0, 1, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, synBits, 0, 0, 0, 0, 0, 0],
  );
const arriving = synTo(2);
const leaving = synTo(3);
const madeUpSyns = (): Syn[] =>
  [readSyn(arriving, false), readSyn(leaving, true)].filter((syn) => syn !== null);
const [virtual, real] = [2, 3].map((host) => endpoint(Uint8Array.of(203, 0, 113, host), 80));
const madeUpServices = new Map([[virtual ?? "", new Set([real ?? ""])]]);

/**
 * The sending's own code: what it reads is made up, and nothing of what it says leaves. What came
 * in between is known by SYNs and by the list in turn.
 */
function rehearsedHandOver({ now }: Doors): ConnectionHandOver {
  let bySyns = false;
  const followed = () => {
    bySyns = !bySyns;
    return bySyns ? madeUpServices : null;
  };
  const doors: HandOverDoors = {
    readConnections: (seen, atMost, pace) => {
      let place = 0;
      const next: NextBytes = (room, at) => {
        const length = printed.copy(room, at, place, place + pageBytes);
        place += length;
        return length;
      };
      return readThrough(next, seen, atMost, pace);
    },
    syncSender: {
      send: (_aim, datagram) => {
        syncFrame(noMac, datagram);
      },
      close: () => {},
    },
    synCapture: { begin() {}, take: madeUpSyns, end() {}, close() {} },
    report: () => {},
    now,
  };
  return new ConnectionHandOver(doors, { followed, marks: () => new Map() });
}
