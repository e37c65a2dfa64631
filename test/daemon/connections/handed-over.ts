/** A hand-over of connections among doors in memory. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { readConnection } from "../../../src/connections/connection-list.ts";
import { endpoint, type FollowedServices } from "../../../src/connections/opened-connections.ts";
import type { ServiceMarks } from "../../../src/connections/service-marks.ts";
import type { Syn } from "../../../src/connections/syn.ts";
import {
  ConnectionHandOver,
  type HandOverDoors,
} from "../../../src/daemon/connections/connection-handover.ts";
import type { Done } from "../../../src/daemon/vips/vips.ts";
import { MachineError } from "../../../src/model/error.ts";
import { sentenceOf } from "../../../src/model/event-text.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { instant } from "../../../src/model/time.ts";

export const place = {
  link: { name: "eth1", index: 3, mac: "02:00:00:00:02:01" },
  id: 3,
  ...usualSyncTarget,
};

export const line = (port: number, state: string): string => {
  const text = port.toString(16).toUpperCase().padStart(4, "0");
  return `TCP C0A81A32 ${text} C0A81A0A 0050 0A0B0C03 0050 ${state.padEnd(11)}      60`;
};

/** A balanced SYN of the client's port: in to the virtual server, and out to the real one. */
export const client = [192, 168, 26, 50];
export const virtual = [192, 168, 26, 10];
export const real = [10, 11, 12, 3];

export const syn = (port: number, outgoing: boolean): Syn => ({
  outgoing,
  source: Uint8Array.from(client),
  sourcePort: port,
  sequence: port,
  destination: Uint8Array.from(outgoing ? real : virtual),
  destinationPort: 80,
});

export const syns = (port: number): Syn[] => [syn(port, false), syn(port, true)];

export const [virtualEnd, realEnd] = [virtual, real].map((each) =>
  endpoint(Uint8Array.from(each), 80),
);

/** Without `followed` SYNs are not asked. */
export function make({
  followed = null,
  marks = new Map(),
}: {
  followed?: FollowedServices | null;
  marks?: ServiceMarks;
} = {}) {
  const kernel = { lines: [line(1, "ESTABLISHED")], complete: true, refuses: false, hangs: false };
  const capture = { syns: [] as Syn[], why: null as string | null, listening: false };
  const orThrow = <Result>(result: Result): Result => {
    if (capture.why !== null) throw new MachineError(capture.why);
    return result;
  };
  let toldMark = 0;
  const order: string[] = [];
  const said: string[] = [];
  const ports = (datagram: Uint8Array): string => {
    const found: number[] = [];
    for (let at = 8; at < datagram.length; at += 36)
      found.push(new DataView(datagram.buffer).getUint16(at + 10));
    toldMark = new DataView(datagram.buffer).getUint32(8 + 16);
    return found.join(",");
  };
  const doors: HandOverDoors = {
    readConnections: async (seen) => {
      order.push("read");
      if (kernel.hangs) await new Promise(() => {});
      const connections = kernel.lines
        .map((text) => readConnection(Buffer.from(text), 0, text.length, seen))
        .filter((each) => each !== null);
      return { connections, complete: kernel.complete };
    },
    syncSender: {
      send: ({ link: { name } }, datagram) => {
        if (kernel.refuses) throw new MachineError(`${name}: no such device`);
        order.push(`tell ${ports(datagram)}`);
      },
      close: () => {},
    },
    synCapture: {
      begin() {
        capture.listening = orThrow(true);
      },
      take: () => orThrow(capture.syns.splice(0)),
      end() {
        capture.listening = false;
      },
      close() {},
    },
    report: (event) => said.push(`${event.kind}: ${sentenceOf(event)}`),
    now: () => instant(5),
  };
  const handOver = new ConnectionHandOver(doors, {
    followed: () => followed,
    marks: () => marks,
  });
  const release = async () => {
    order.push("release");
    assert.equal(capture.listening, followed !== null && capture.why === null);
    kernel.lines = [line(1, "ESTABLISHED"), line(2, "SYN_RECV")];
    capture.syns = followed === null ? [] : syns(2);
    return { ok: true } as const;
  };
  /** What is said of it comes after its outcome. */
  const around = async (releasing: () => Promise<Done>): Promise<Done> => {
    try {
      const done = await handOver.around(place, releasing);
      assert.deepEqual(said, []);
      return done;
    } finally {
      await turn();
      assert.equal(capture.listening, false);
    }
  };
  return { around, capture, kernel, order, said, release, toldMark: () => toldMark };
}
