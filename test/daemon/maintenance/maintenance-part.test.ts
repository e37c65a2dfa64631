/**
 * The part that keeps orders: two of them, each with a disk of its own, joined by what heartbeats
 * would carry. Clocks and the table are the test's; the files are real.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, mock, type TestContext } from "node:test";
import type { Running } from "../../../src/daemon/config/running.ts";
import type { Doors } from "../../../src/daemon/doors.ts";
import { MaintenancePart } from "../../../src/daemon/maintenance/maintenance-part.ts";
import type { TableState } from "../../../src/daemon/table/reconciler.ts";
import type { Router } from "../../../src/failover/router.ts";
import type { OrderKind } from "../../../src/health/maintenance/orders.ts";
import type { HostName } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { instant } from "../../../src/model/time.ts";
import { desiredTable } from "../../../src/table/desired.ts";
import type { Table } from "../../../src/table/table.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const servers = [
  realServer("rs1", { weight: 3 }),
  realServer("rs2", { address: address("10.0.0.2") }),
];
const whole = config(
  virtualServer("web", { realServers: servers }),
  virtualServer("tls", { port: 443, realServers: servers }),
);

/** One router's part, and what surrounds it. */
class Side {
  readonly dir = mkdtempSync(join(tmpdir(), "lvsd-maintenance-"));
  readonly events: EventBody[] = [];
  written = { config: whole, vips: [], role: "primary" } as unknown as Running;
  now = 0;
  wall = Date.parse("2026-01-01T00:00:00Z");
  connections = 0;
  changes = 0;
  active = true;
  part: MaintenancePart;

  constructor(t: TestContext) {
    this.part = this.#make();
    t.after(async () => {
      await this.part.close();
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  /** As after a restart. */
  async again(): Promise<void> {
    await this.part.close();
    this.part = this.#make();
  }

  order(kind: OrderKind, virtualServerName: string, realServerName: string | null = null) {
    const asked = { kind, virtualServer: virtualServerName, realServer: realServerName };
    return this.part.order({ ...asked, everywhere: false }, "alice");
  }

  /** The weights of all real servers under the orders, inactive ones as "-". */
  get weights(): string {
    return this.part
      .under(this.written)
      .config.virtualServers.flatMap(({ realServers }) =>
        realServers.map(({ active, weight }) => (active ? String(weight) : "-")),
      )
      .join(" ");
  }

  get told(): string[] {
    return this.events.map((event) => `${event.event} ${event.kind}`);
  }

  #make(): MaintenancePart {
    const doors = {
      stateDir: this.dir,
      report: (event: EventBody) => this.events.push(event),
      now: () => instant(this.now),
      wallClock: () => new Date(this.wall).toISOString(),
    } as unknown as Doors;
    const unused = (): never => assert.fail("not for this part");
    const part = new MaintenancePart(
      { doors, running: unused, faultsChanged: unused, missingChanged: unused },
      {
        written: () => this.written,
        table: () => this.#table(),
        changed: async () => {
          this.changes += 1;
        },
        refused: (reason) => this.events.push({ event: "machine", kind: "failed", text: reason }),
      },
    );
    part.stepped({ state: this.active ? "active" : "standby" } as Router);
    return part;
  }

  #table(): TableState {
    const under = this.part.under(this.written).config;
    const up = new Map(
      under.virtualServers.flatMap(({ name, realServers }) =>
        realServers.map((each) => [
          `${name}/${each.name}`,
          { state: "up" as const, tableWeight: each.active ? each.weight : null },
        ]),
      ),
    );
    const table: Table = desiredTable(under, up);
    const counters = new Map(
      Array.from(table, ([key, { destinations }]) => [
        key,
        new Map(
          Array.from(destinations.keys(), (destination) => [
            destination,
            { activeConnections: this.connections, inactiveConnections: 0 },
          ]),
        ),
      ]),
    );
    return { table, counters } as unknown as TableState;
  }
}

/** Beats in both directions. */
function beat(one: Side, other: Side, times = 4): void {
  for (let at = 0; at < times; at++) {
    other.part.heard(one.part.section());
    one.part.heard(other.part.section());
  }
}

describe("the maintenance part", () => {
  it("drains, disables and enables, and says what was so already", async (t) => {
    const side = new Side(t);
    assert.equal(side.weights, "3 1 3 1");
    const drained = await side.order("drain", "web", "rs1");
    assert.ok(drained.ok && drained.kept);
    assert.deepEqual(drained.changed, [{ virtual_server: "web", real_server: "rs1" }]);
    assert.equal(side.weights, "0 1 3 1");
    await side.order("disable", "web", "rs2");
    assert.equal(side.weights, "0 - 3 1");
    const again = await side.order("disable", "web", "rs2");
    assert.ok(again.ok);
    assert.deepEqual([again.changed.length, again.unchanged.length, side.changes], [0, 1, 2]);
    await side.order("enable", "web", "rs1");
    await side.order("enable", "web", "rs2");
    assert.equal(side.weights, "3 1 3 1");
    assert.deepEqual(side.part.status().maintenance, []);
  });

  it("finds a real server by its address in all virtual servers", async (t) => {
    const side = new Side(t);
    await side.order("drain", "*", "10.0.0.2");
    assert.equal(side.weights, "3 0 3 0");
    const asked = { virtualServer: "tls", realServer: "rs2", everywhere: true };
    const report = await side.part.order({ kind: "enable", ...asked }, null);
    assert.ok(report.ok);
    assert.equal(report.changed.length, 2);
    assert.equal(side.weights, "3 1 3 1");
  });

  it("refuses what is not there or inactive, with the way out", async (t) => {
    const side = new Side(t);
    const problemOf = async (name: string, real: string | null) => {
      const report = await side.order("disable", name, real);
      assert.ok(!report.ok);
      return `${report.problems[0]?.message} (${report.problems[0]?.hint})`;
    };
    assert.match(await problemOf("wbe", null), /no virtual server "wbe" \(.*"?web/);
    assert.match(await problemOf("web", "rs3"), /web has no real server "rs3" \(.*rs[12]/);
    assert.match(await problemOf("*", "rs1"), /by its address/);
    assert.match(await problemOf("*", "10.9.9.9"), /no active real server has the address/);
    side.written = {
      ...side.written,
      config: config(virtualServer("web", { active: false })),
    };
    assert.match(await problemOf("web", null), /web is inactive in the configuration/);
    assert.equal(side.changes, 0);
  });

  it("remembers over a restart, and says when the file is none of its own", async (t) => {
    const side = new Side(t);
    await side.order("drain", "web", "rs1");
    await side.again();
    assert.equal(side.weights, "0 1 3 1");
    const [order] = side.part.status().maintenance;
    assert.deepEqual([order?.order, order?.by], ["drain", "alice"]);
    const path = join(side.dir, "maintenance.json");
    assert.match(readFileSync(path, "utf8"), /"rs1"/);
    writeFileSync(path, '{"orders": [{"kind": "drain"}]}');
    await side.again();
    assert.equal(side.weights, "3 1 3 1");
    assert.deepEqual(side.events.at(-1)?.event, "machine");
  });

  it("informs the peer, in both directions; a peer that was away catches up; the newest wins", async (t) => {
    const one = new Side(t);
    const other = new Side(t);
    await one.order("drain", "web", "rs1");
    beat(one, other);
    assert.equal(other.weights, "0 1 3 1");
    assert.equal(other.changes, 1);
    // The other one knows it by its own disk now, and undoes it while the first is away.
    await other.again();
    other.wall -= 3_600_000;
    await other.order("enable", "web", "rs1");
    await other.order("disable", "tls");
    await one.again();
    beat(one, other, 10);
    assert.equal(one.weights, "3 1 3 1");
    assert.equal(one.part.under(one.written).config.virtualServers[1]?.active, false);
    assert.deepEqual(one.part.section(), other.part.section());
    assert.ok(one.events.some((event) => "order" in event && event.order === "enable"));
  });

  it("hands health's slice on, and refuses an unreadable section whole", (t) => {
    const side = new Side(t);
    const slice = Uint8Array.of(1, 0, 0, 0);
    assert.equal(side.part.heard(slice), slice);
    assert.equal(side.part.heard(Uint8Array.of(2, 1, 0, 99)).length, 0);
    assert.deepEqual(side.told, ["machine failed"]);
  });

  it("follows a drain to its end, and reports it", async (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.after(() => mock.timers.reset());
    const side = new Side(t);
    side.part.start();
    const pass = (): void => {
      side.now += 1000;
      mock.timers.tick(1000);
    };
    side.connections = 2;
    await side.order("drain", "web", "rs1");
    pass();
    const subject = { virtualServer: "web", realServer: "rs1" };
    assert.deepEqual(side.part.drainReport(subject), {
      ok: true,
      state: "draining",
      connections: 2,
      moved: null,
    });
    side.connections = 0;
    pass();
    pass();
    assert.equal(side.part.drainState("web/rs1"), "drained");
    assert.deepEqual(side.told, [
      "maintenance ordered",
      "real_server draining",
      "real_server drained",
    ]);
    await side.part.close();
  });

  it("a standby does not judge a drain by connections that it does not see", async (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.after(() => mock.timers.reset());
    const side = new Side(t);
    side.part.stepped({ state: "standby" } as Router);
    side.part.start();
    await side.order("drain", "web", "rs1");
    side.now += 5000;
    mock.timers.tick(5000);
    assert.equal(side.part.drainState("web/rs1"), "draining");
    const report = side.part.drainReport({ virtualServer: "web", realServer: "rs1" });
    assert.ok(!report.ok);
    assert.match(report.problems[0]?.message ?? "", /not active/);
    await side.part.close();
  });

  it("forgets a name that the configuration has not had for a day, and says so", async (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.after(() => mock.timers.reset());
    const side = new Side(t);
    side.part.start();
    await side.order("drain", "web", "rs1");
    const before = side.written;
    side.written = { ...before, config: config(virtualServer("other")) };
    mock.timers.tick(1000);
    side.now += 23 * 3_600_000;
    mock.timers.tick(1000);
    assert.equal(side.part.status().maintenance.length, 1);
    side.now += 3_600_000;
    mock.timers.tick(1000);
    assert.deepEqual(side.part.status().maintenance, []);
    assert.ok(side.told.includes("maintenance forgotten"));
    side.written = before;
    assert.equal(side.weights, "3 1 3 1");
    await side.part.close();
  });

  it("is about all addresses of a host name, also those that it gets later", async (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.after(() => mock.timers.reset());
    const side = new Side(t);
    side.part.start();
    const { address: _, ...template } = realServer("app", { weight: 2 });
    const at = (...texts: string[]) =>
      texts.map((text) => {
        const named = { ...template, named: "app", name: `app@${text}` };
        return { ...named, address: address(text) };
      });
    const written = (...texts: string[]): Running => {
      const namedServers = [{ ...template, host: "app.internal" as HostName }];
      const web = virtualServer("web", { realServers: at(...texts), namedServers });
      return { ...side.written, config: config(web) };
    };
    side.written = written("10.0.0.1", "10.0.0.2");
    side.connections = 3;
    await side.order("drain", "web", "app");
    assert.equal(side.weights, "0 0");
    const app = { virtualServer: "web", realServer: "app" };
    mock.timers.tick(1000);
    const report = side.part.drainReport(app);
    assert.ok(report.ok);
    assert.deepEqual([report.state, report.connections], ["draining", 6]);
    side.connections = 0;
    for (let look = 0; look < 3; look++) {
      side.now += 1000;
      mock.timers.tick(1000);
    }
    const over = side.part.drainReport(app);
    assert.ok(over.ok && over.state === "drained");
    side.written = written("10.0.0.2", "10.0.0.3");
    assert.equal(side.weights, "0 0");
    await side.order("enable", "web", "app");
    assert.equal(side.weights, "2 2");
    await side.order("disable", "web", "app@10.0.0.3");
    assert.equal(side.weights, "2 -");
    await side.order("enable", "web", "app@10.0.0.3");
    // One address has gone before it was without connections, one comes back that was enabled once.
    side.connections = 3;
    await side.order("drain", "web", "app");
    side.written = written("10.0.0.1", "10.0.0.2");
    assert.equal(side.weights, "0 0");
    side.connections = 0;
    for (let look = 0; look < 3; look++) {
      side.now += 1000;
      mock.timers.tick(1000);
    }
    const end = side.part.drainReport(app);
    assert.ok(end.ok && end.state === "drained");
    await side.part.close();
  });
});
