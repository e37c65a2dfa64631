/** When flows are moved, and what becomes of failures. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection } from "../../../src/connections/connection-list.ts";
import { endpoint } from "../../../src/connections/opened-connections.ts";
import type { Leaving } from "../../../src/connections/quiesced-flows.ts";
import { FlowMover } from "../../../src/daemon/connections/flow-mover.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { instant } from "../../../src/model/time.ts";

const client = [198, 51, 100, 1];
const vip = [192, 0, 2, 1];
const dead = [10, 0, 0, 1];
const alive = [10, 0, 0, 2];
const flow: Connection = {
  protocol: "udp",
  state: "UDP",
  isTemplate: false,
  expires: 300,
  clientPort: 4000,
  virtualPort: 53,
  realPort: 53,
  addresses: Uint8Array.from([client, vip, dead].flatMap((each) => each ?? [])),
};
const leaving: Leaving = {
  key: "dns/rs1" as Leaving["key"],
  mark: 9,
  vips: new Set([endpoint(Uint8Array.from(vip ?? []), 0)]),
  ports: [{ from: 53, to: 53 }],
  from: endpoint(Uint8Array.from(dead ?? []), 0),
  to: [{ address: Uint8Array.from(alive ?? []), port: 0, weight: 1 }],
};

const movedTo = (each: Connection): Connection => ({
  ...each,
  addresses: Uint8Array.from([client, vip, alive].flatMap((part) => part ?? [])),
});

/** A kernel that takes in what it is sent, unless it is `deaf`. */
function mover() {
  const state = { leaving: [leaving], broken: false, deaf: false, reads: 0, flows: [flow] };
  const sent: (readonly Connection[])[] = [];
  const events: EventBody[] = [];
  const moving = new FlowMover({
    now: () => instant(0),
    async readConnections() {
      state.reads += 1;
      return { connections: state.flows, complete: true };
    },
    async sendToOwnKernel(connections) {
      if (state.broken) throw new MachineError("ipvsadm: Operation not permitted");
      sent.push(connections);
      if (!state.deaf) state.flows = state.flows.map(movedTo);
    },
    leaving: () => state.leaving,
    report: (event) => void events.push(event),
  });
  const kinds = (): string[] => events.map(({ kind }) => kind);
  return { moving, state, sent, events, kinds };
}

describe("the mover of flows", () => {
  it("sends them with their new real server, and reports how many it finds there", async () => {
    const { moving, sent, events } = mover();
    await moving.look();
    assert.deepEqual(
      sent.flat().map(({ addresses, mark }) => [[...addresses.slice(8)], mark]),
      [[alive, 9]],
    );
    assert.deepEqual(events, [], "nothing is known yet");
    await moving.look();
    await moving.look();
    assert.deepEqual(events, [{ event: "check", kind: "moved", real_server: "dns/rs1", flows: 1 }]);
    assert.equal(sent.length, 1);
  });

  it("reports them also where no real server is to be left any more", async () => {
    const { moving, state, kinds } = mover();
    await moving.look();
    state.leaving = [];
    await moving.look();
    await moving.look();
    assert.deepEqual([kinds(), state.reads], [["moved"], 2]);
  });

  it("reads nothing where no real server is to be left, and sends nothing where no flow is", async () => {
    const { moving, state, sent, events } = mover();
    state.leaving = [];
    await moving.look();
    assert.equal(state.reads, 0);
    Object.assign(state, { leaving: [leaving], flows: [] });
    await moving.look();
    assert.deepEqual([state.reads, sent, events], [1, [], []]);
  });

  it("reports a kernel that does not take them once, goes on trying, and says when it does", async () => {
    const { moving, state, sent, events, kinds } = mover();
    state.broken = true;
    await moving.look();
    await moving.look();
    assert.equal(events.length, 1);
    assert.match(
      JSON.stringify(events),
      /stay at real servers that are down or drained: .*not permitted/,
    );
    state.broken = false;
    await moving.look();
    assert.deepEqual([sent.length, kinds()], [1, ["failed"]]);
    await moving.look();
    assert.deepEqual(kinds(), ["failed", "moved", "recovered"]);
  });

  it("reports what was sent and is still where it was as failed, once, and none of it as moved", async () => {
    const { moving, state, sent, events, kinds } = mover();
    state.deaf = true;
    for (let look = 0; look < 5; look += 1) await moving.look();
    assert.deepEqual([sent.length, kinds()], [5, ["failed"]]);
    assert.match(JSON.stringify(events), /1 of 1 did not move .*UDP to 224\.0\.0\.81 port 8848/);
    state.deaf = false;
    await moving.look();
    await moving.look();
    assert.deepEqual(kinds(), ["failed", "moved", "recovered"]);
  });

  it("does not hold against the kernel that flows have ended", async () => {
    const { moving, state, kinds } = mover();
    state.deaf = true;
    await moving.look();
    state.flows = [];
    await moving.look();
    assert.deepEqual(kinds(), []);
  });

  it("reports a bug in finding out which real servers those are, and goes on", async () => {
    const { moving, state, kinds, events } = mover();
    const { leaving: kept } = state;
    Object.defineProperty(state, "leaving", {
      configurable: true,
      get: () => assert.fail("no such table"),
    });
    await moving.look();
    assert.match(JSON.stringify(events), /no such table/);
    Object.defineProperty(state, "leaving", { value: kept });
    await moving.look();
    await moving.look();
    assert.deepEqual(kinds(), ["failed", "moved", "recovered"]);
  });

  it("begins nothing at its end, and reports no failure that comes of it", async () => {
    const { moving, state, sent, kinds } = mover();
    const looking = moving.look();
    moving.stop();
    await looking;
    state.broken = true;
    await moving.look();
    assert.deepEqual([sent, kinds()], [[], []]);
  });
});
