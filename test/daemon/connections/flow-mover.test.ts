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

const [client, vip, dead, alive] = [
  [198, 51, 100, 1],
  [192, 0, 2, 1],
  [10, 0, 0, 1],
  [10, 0, 0, 2],
];
const flow: Connection = {
  ...{ protocol: "udp", state: "UDP", isTemplate: false, expires: 300 },
  ...{ clientPort: 4000, virtualPort: 53, realPort: 53 },
  addresses: Uint8Array.from([client, vip, dead].flatMap((each) => each ?? [])),
};
const leaving: Leaving = {
  ...{ key: "dns/rs1" as Leaving["key"], mark: 9 },
  vips: new Set([endpoint(Uint8Array.from(vip ?? []), 0)]),
  from: endpoint(Uint8Array.from(dead ?? []), 0),
  to: [{ address: Uint8Array.from(alive ?? []), port: 0, weight: 1 }],
};

function mover() {
  const state = { leaving: [leaving], broken: false, reads: 0, flows: [flow] };
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
    },
    leaving: () => state.leaving,
    report: (event) => void events.push(event),
  });
  return { moving, state, sent, events };
}

describe("the mover of flows", () => {
  it("sends them with their new real server and reports how many", async () => {
    const { moving, sent, events } = mover();
    await moving.look();
    assert.deepEqual(
      sent.flat().map(({ addresses, mark }) => [[...addresses.slice(8)], mark]),
      [[alive, 9]],
    );
    assert.deepEqual(events, [{ event: "check", kind: "moved", real_server: "dns/rs1", flows: 1 }]);
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

  it("reports a kernel that does not take them once, and goes on trying", async () => {
    const { moving, state, sent, events } = mover();
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
    assert.equal(sent.length, 1);
  });
});
