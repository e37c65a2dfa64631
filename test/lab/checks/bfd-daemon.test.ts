/** A whole daemon, its machine in memory, whose checks are BFD sessions with a real program. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runCheck } from "../../../src/checks/check.ts";
import type { Daemon } from "../../../src/daemon/daemon.ts";
import { MemoryMachine, MemorySwitch } from "../../daemon/memory-machine.ts";
import { eventually } from "../../eventually.ts";
import { Bird, killed, Neighbour, neighbour } from "./bfd-neighbour.ts";

const timers = { minTx: 100, minRx: 100, multiplier: 3 };
/** Longer than the test: what is noticed before is noticed by the session. */
const rare = "300s";

const config = (multiplier = 3) => {
  const check = { type: "bfd", min_tx: "100ms", min_rx: "100ms", multiplier, interval: rare };
  const server = (address: string, peer: string) => ({
    address,
    device: "eth0",
    port: 80,
    forwarding: "direct",
    check: { ...check, timeout: "10s" },
    real_servers: { rs1: { address: peer } },
  });
  return {
    routers: { primary: { public: "192.0.2.2" } },
    failover: { start_delay: "100ms", monitor_links: false },
    virtual_servers: {
      web: server("192.0.2.10/24", neighbour[4].peer),
      web6: server("fd26::10/64", neighbour[6].peer),
    },
  };
};

describe("a daemon whose real servers are checked by BFD", () => {
  const machine = new MemoryMachine(new MemorySwitch(), "192.0.2.2", runCheck);
  let other: Neighbour;
  let bird: Bird;
  let daemon: Daemon | null = null;
  const inTable = (): number =>
    [...machine.kernel.table.values()].reduce((sum, one) => sum + one.destinations.size, 0);
  /** BIRD's sessions that are up: neighbour, since when, and its detection time in seconds. */
  const sessions = async () =>
    [...(await bird.sessions()).matchAll(/^(\S+) +eth0 +Up +(\S+) +\S+ +(\S+)$/gm)].map(
      ([, address = "", since = "", timeout = ""]) => ({ address, since, timeout }),
    );
  const since = async () => (await sessions()).map((each) => `${each.address} ${each.since}`);
  const asked = (timeout: string) =>
    eventually(`both sessions of BIRD have a detection time of ${timeout} s`, async () => {
      return (await sessions()).filter((each) => each.timeout === timeout).length === 2;
    });
  const downs = () =>
    machine.events.filter(({ event, kind }) => event === "real_server" && kind === "down");

  before(async () => {
    other = await Neighbour.make();
    bird = new Bird(other);
    bird.start(timers);
    machine.configure(config());
    daemon = await machine.start();
    await eventually("both are in the table", () => inTable() === 2);
  });
  after(async () => {
    await daemon?.stop("the test ends");
    await other.end();
  });

  it("takes them out when the other end falls silent, and back when it is heard", async (t) => {
    const from = performance.now();
    await killed(bird.child);
    await eventually("both have left", () => inTable() === 0);
    t.diagnostic(`left the table ${(performance.now() - from).toFixed(0)} ms after the kill`);
    const status = await daemon?.status();
    for (const { real_servers } of status?.virtual_servers ?? [])
      assert.match(
        real_servers[0]?.check.last_error ?? "",
        /^no packet for 300 ms \(detect time\)/,
      );
    const said = machine.events.flatMap((event) =>
      event.event === "check" && event.kind === "session" ? [event.text] : [],
    );
    for (const { peer } of Object.values(neighbour)) {
      const text = `bfd ${peer}: no packet for 300 ms (detect time)`;
      assert.equal(said.filter((each) => each === text).length, 1, JSON.stringify(said));
    }
    bird.start(timers);
    await eventually("both are back", () => inTable() === 2);
  });

  it("keeps the sessions over a restart, and nothing is ever down", async () => {
    await asked("0.300");
    const known = await since();
    const down = downs().length;
    machine.kernel.applied = [];
    await daemon?.leave();
    assert.equal((await sessions()).length, 2, "the other end waits");
    daemon = await machine.start();
    await asked("0.300");
    assert.deepEqual(await since(), known);
    assert.equal(downs().length, down);
    assert.deepEqual(machine.kernel.applied, []);
  });

  it("has other timers from a reload on, by the same sessions", async () => {
    const known = await since();
    machine.configure(config(5));
    const report = await daemon?.reload({ yes: false, discard: null });
    assert.ok(report !== undefined && "changes" in report, JSON.stringify(report));
    await asked("0.500");
    assert.deepEqual(await since(), known);
  });

  it("says AdminDown when it stops", async () => {
    await daemon?.stop("the test stops it");
    daemon = null;
    const isOver = async (): Promise<boolean> => (await sessions()).length === 0;
    await eventually("BIRD has no session that is up", isOver);
    assert.equal(machine.kernel.table.size, 0);
  });
});
