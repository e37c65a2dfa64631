/** Handing young connections over, with a kernel that is a list and a wire that is another one. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
import { instant } from "../../../src/model/time.ts";

const place = { link: { name: "eth1", index: 3, mac: "02:00:00:00:02:01" }, id: 3 };
const line = (port: number, state: string): string => {
  const text = port.toString(16).toUpperCase().padStart(4, "0");
  return `TCP C0A81A32 ${text} C0A81A0A 0050 0A0B0C03 0050 ${state.padEnd(11)}      60`;
};

/** A balanced SYN of the client's port: in to the virtual server, and out to the real one. */
const [client, virtual, real] = [
  [192, 168, 26, 50],
  [192, 168, 26, 10],
  [10, 11, 12, 3],
];
const syn = (port: number, outgoing: boolean): Syn => ({
  ...{ outgoing, source: Uint8Array.from(client), sourcePort: port, sequence: port },
  ...{ destination: Uint8Array.from(outgoing ? real : virtual), destinationPort: 80 },
});
const syns = (port: number): Syn[] => [syn(port, false), syn(port, true)];
const [virtualEnd, realEnd] = [virtual, real].map((each) => endpoint(Uint8Array.from(each), 80));
const services: FollowedServices = new Map([[virtualEnd ?? "", new Set([realEnd ?? ""])]]);

/** Without `followed` SYNs are not asked. */
function make({
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
      send: ({ name }, datagram) => {
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

test("connections of a service by firewall mark are told with it", async () => {
  const ports = [{ from: 80, to: 80, fwmark: 7 }];
  const marked = make({ marks: new Map([[`tcp ${virtualEnd?.replace(/ 80$/, " 0")}`, ports]]) });
  await marked.around(marked.release);
  assert.equal(marked.toldMark(), 7);
  const plain = make();
  await plain.around(plain.release);
  assert.equal(plain.toldMark(), 0);
});

test("what is young is told before the release, what came in between after it, nothing twice", async () => {
  const { around, order, said, release } = make();
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*sent the peer 2 young connections/);
});

test("a release that fails is handed on, and what happened is told all the same", async () => {
  const { around, said } = make();
  const why = "the kernel says otherwise";
  assert.deepEqual(await around(async () => ({ ok: false, why })), {
    ...{ ok: false, why },
  });
  assert.match(said.join(), /^told: /);
});

test("no way to tell the peer holds up no release, and is said", async () => {
  const { around, kernel, order, said, release } = make();
  kernel.refuses = true;
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "release", "read"]);
  assert.match(said.join(), /^untold: .*last seconds: eth1: no such device/);
});

test("a table that is too long for the time is told in part, and that is said", async () => {
  const { around, kernel, said, release } = make();
  kernel.complete = false;
  await around(release);
  assert.match(said.join(), /^untold: .*more than can be read/);
});

test("a reading that never ends holds up the release for a bounded time", async () => {
  const { around, kernel, order, said, release } = make();
  kernel.hangs = true;
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "release", "read"]);
  assert.match(said.join(), /^untold: .*did not end in time/);
});

test("what came in between is told by its SYNs, without the table being read once more", async () => {
  const { around, order, said, release } = make({ followed: services });
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "tell 2"]);
  assert.match(said.join(), /^told: .*sent the peer 2 young connections; 0\.0 ms after .*$/);
  assert.doesNotMatch(said.join(), /once more/);
});

test("SYNs that came in while the table was read count, too", async () => {
  const { around, capture, order, release } = make({ followed: services });
  capture.syns = syns(3);
  await around(release);
  assert.deepEqual(order, ["read", "tell 1", "release", "tell 3,2"]);
});

test("SYNs of another real server than the configured ones: the table is read, and it is said why", async () => {
  const { around, order, said, release } = make({
    followed: new Map([[virtualEnd ?? "", new Set()]]),
  });
  await around(release);
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*list was read once more: not all .* in the configuration/);
});

test("SYNs that cannot be had, or are lost: the table is read, and it is said why", async () => {
  const { around, capture, order, said, release } = make({ followed: services });
  capture.why = "3 SYNs found no room";
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["read", "tell 1", "release", "read", "tell 2"]);
  assert.match(said.join(), /^told: .*list was read once more: 3 SYNs found no room/);
});

test("no way to tell the peer of what its SYNs show is said, too", async () => {
  const { around, kernel, order, said, release } = make({ followed: services });
  kernel.refuses = true;
  await around(release);
  assert.deepEqual(order, ["read", "release"]);
  assert.match(said.join(), /^untold: .*last seconds: eth1: no such device/);
});

test("SYNs are let go of when the release throws", async () => {
  const { around, release } = make({ followed: services });
  const thrown = around(async () => {
    await release();
    throw new MachineError("no kernel");
  });
  await assert.rejects(thrown, /no kernel/);
});
