/** Handing young connections over, with a kernel that is a list and a wire that is another one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ConnectionHandOver } from "../../src/daemon/connection-handover.ts";
import type { Done } from "../../src/daemon/vips.ts";
import { MachineError } from "../../src/model/error.ts";
import { sentenceOf } from "../../src/model/event-text.ts";
import { instant } from "../../src/model/time.ts";
import { readConnection } from "../../src/table/connections.ts";

const place = { link: { name: "eth1", index: 3, mac: "02:00:00:00:02:01" }, id: 3 };
const line = (port: number, state: string): string => {
  const text = port.toString(16).toUpperCase().padStart(4, "0");
  return `TCP C0A81A32 ${text} C0A81A0A 0050 0A0B0C03 0050 ${state.padEnd(11)}      60`;
};

function make() {
  const kernel = { lines: [line(1, "ESTABLISHED")], complete: true, refuses: false, hangs: false };
  const order: string[] = [];
  const said: string[] = [];
  const ports = (datagram: Uint8Array): string => {
    const found: number[] = [];
    for (let at = 8; at < datagram.length; at += 36)
      found.push(new DataView(datagram.buffer).getUint16(at + 10));
    return found.join(",");
  };
  const handOver = new ConnectionHandOver({
    read: async (seen) => {
      if (kernel.hangs) await new Promise(() => {});
      const connections = kernel.lines
        .map((text) => readConnection(Buffer.from(text), 0, text.length, seen))
        .filter((each) => each !== null);
      return { connections, complete: kernel.complete };
    },
    sender: {
      send: ({ name }, datagram) => {
        if (kernel.refuses) throw new MachineError(`${name}: no such device`);
        order.push(`tell ${ports(datagram)}`);
      },
      close: () => {},
    },
    report: (event) => said.push(`${event.kind}: ${sentenceOf(event)}`),
    now: () => instant(5),
  });
  const release = async () => {
    order.push("release");
    kernel.lines = [line(1, "ESTABLISHED"), line(2, "SYN_RECV")];
    return { ok: true } as const;
  };
  /** What is said of it comes after its outcome. */
  const around = async (releasing: () => Promise<Done>): Promise<Done> => {
    const done = await handOver.around(place, releasing);
    assert.deepEqual(said, []);
    await turn();
    return done;
  };
  return { around, kernel, order, said, release };
}

test("what is young is told before the release, what came in between after it, nothing twice", async () => {
  const { around, order, said, release } = make();
  assert.deepEqual(await around(release), { ok: true });
  assert.deepEqual(order, ["tell 1", "release", "tell 2"]);
  assert.match(said.join(), /^told: .*told the peer of 2 young connections/);
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
  assert.deepEqual(order, ["release"]);
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
  assert.deepEqual(order, ["release"]);
  assert.match(said.join(), /^untold: .*did not end in time/);
});
