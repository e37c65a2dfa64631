/** What follows from handshakes that are stuck, and how often. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection } from "../../../src/connections/connection-list.ts";
import { HandshakeWatch } from "../../../src/daemon/evidence/handshake-watch.ts";
import type { Hurried } from "../../../src/daemon/health/probe.ts";
import { MachineError } from "../../../src/model/error.ts";
import { addMs, type Instant, instant, ms } from "../../../src/model/time.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";

const stuck = Array.from(
  { length: 5 },
  (_, client): Connection => ({
    protocol: "tcp",
    addresses: Uint8Array.from([198, 51, 100, client, 192, 0, 2, 1, 10, 0, 0, 1]),
    clientPort: 4000,
    virtualPort: 80,
    realPort: 80,
    state: "SYN_RECV",
    isTemplate: false,
    expires: 58,
  }),
);

function watch(given: { outcome?: Hurried; active?: boolean; serves?: boolean } = {}) {
  let now: Instant = instant(0);
  const state = { ...given, readMs: 0, broken: false, reads: 0 };
  const hurried: string[] = [];
  const watching = new HandshakeWatch({
    now: () => now,
    async readConnections() {
      state.reads += 1;
      if (state.broken) throw new MachineError("/proc/net/ip_vs_conn: no such file");
      now = addMs(now, ms(state.readMs));
      return { connections: stuck, complete: true };
    },
    serves: () => state.serves ?? true,
    active: () => state.active ?? true,
    async hurry(key) {
      hurried.push(key);
      return state.outcome ?? "passed";
    },
    report: () => {},
  });
  watching.configure(config(virtualServer("web", { realServers: [realServer("rs1")] })));
  return {
    watching,
    hurried,
    state,
    async look(afterMs = 1000) {
      now = addMs(now, ms(afterMs));
      return watching.look();
    },
  };
}

describe("the watch over handshakes", () => {
  it("hurries the checks of a real server at the second look", async () => {
    const { look, hurried } = watch();
    await look();
    assert.deepEqual(hurried, []);
    await look();
    assert.deepEqual(hurried, ["web/rs1"]);
  });

  it("asks less and less often while the checks pass: a flood costs next to nothing", async () => {
    const { look, hurried } = watch();
    for (let second = 0; second < 3600; second++) await look();
    assert.ok(hurried.length <= 12, `${hurried.length} in an hour`);
    assert.ok(hurried.length >= 6, `${hurried.length} in an hour`);
  });

  it("begins anew once the checks have failed", async () => {
    const { look, hurried } = watch({ outcome: "failed" });
    for (let second = 0; second < 5; second++) await look();
    assert.equal(hurried.length, 4, "the real server is then out of the table, and not asked");
  });

  it("looks at nothing while this router does not serve clients, and at no server without traffic", async () => {
    const standby = watch({ active: false });
    await standby.look();
    await standby.look();
    assert.equal(standby.state.reads, 0);
    const drained = watch({ serves: false });
    await drained.look();
    await drained.look();
    assert.deepEqual(drained.hurried, []);
  });

  it("looks the less often the longer a look takes", async () => {
    const { look, state } = watch();
    assert.equal(await look(), 1000);
    state.readMs = 50;
    assert.equal(await look(), 10_000);
  });

  it("goes on where the list cannot be read", async () => {
    const { look, state, hurried } = watch();
    state.broken = true;
    assert.equal(await look(), 1000);
    state.broken = false;
    await look();
    await look();
    assert.deepEqual(hurried, ["web/rs1"]);
  });
});
