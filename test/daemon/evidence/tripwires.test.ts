/** Tripwires on real connections to servers on loopback. */
import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { VirtualServer } from "../../../src/config/config.ts";
import { Tripwires } from "../../../src/daemon/evidence/tripwires.ts";
import type { Hurried } from "../../../src/daemon/health/probe.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { holdConnection } from "../../../src/system/net/real-servers/idle-connection.ts";
import { now, openAlarm } from "../../../src/system/process/clock.ts";
import { until } from "../../checks/servers.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

interface Listening {
  readonly port: number;
  readonly open: Set<Socket>;
  readonly server: Server;
}

async function listening(
  context: TestContext,
  greet = (_: Socket): void => {},
): Promise<Listening> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { port, open, server };
}

/** Tripwires of which all servers serve, and whose hurried checks end as `outcome` says. */
function wires(context: TestContext, outcome: () => Hurried = () => "passed") {
  const reports: EventBody[] = [];
  const hurried: string[] = [];
  const idle = new Set<string>();
  const tripwires = new Tripwires({
    now,
    openAlarm,
    hold: holdConnection,
    serves: (key) => !idle.has(key),
    async hurry(key) {
      hurried.push(key);
      return outcome();
    },
    report: (event) => reports.push(event),
  });
  context.after(() => tripwires.stop());
  return { tripwires, reports, hurried, idle };
}

const on = (name: string, port: number, changes: Partial<VirtualServer> = {}): VirtualServer =>
  virtualServer(name, {
    tripwire: true,
    realServers: [realServer("rs1", { address: address("127.0.0.1"), port })],
    ...changes,
  });

describe("tripwires", () => {
  it("hold one connection to an endpoint, whoever has it, while it serves somebody", async (context) => {
    const { port, open } = await listening(context);
    const { tripwires, idle } = wires(context);
    tripwires.configure(config(on("web", port), on("shop", port, { port: 81 })));
    await until("it is held", () => tripwires.state("web/rs1") === "held" && open.size === 1);
    assert.equal(tripwires.state("shop/rs1"), "held");
    assert.equal(tripwires.state("none/rs1"), null);
    idle.add("web/rs1");
    tripwires.look("web/rs1");
    assert.equal(tripwires.state("web/rs1"), "held", "shop has traffic");
    idle.add("shop/rs1");
    tripwires.look("shop/rs1");
    assert.equal(tripwires.state("web/rs1"), "off");
    await until("it is closed", () => open.size === 0);
  });

  it("keep their connection over a reload, and give up what has gone", async (context) => {
    const { port, open } = await listening(context);
    let opened = 0;
    const counting = await listening(context, () => {
      opened += 1;
    });
    const { tripwires } = wires(context);
    const both = [on("web", port), on("shop", counting.port)];
    tripwires.configure(config(...both));
    await until("both are held", () => open.size === 1 && counting.open.size === 1);
    tripwires.configure(config(...both));
    tripwires.configure(config(on("shop", counting.port)));
    await until("one is closed", () => open.size === 0);
    assert.equal(counting.open.size, 1);
    assert.equal(opened, 1);
    tripwires.configure(config(on("shop", counting.port, { tripwire: false })));
    await until("both are closed", () => counting.open.size === 0);
  });

  it("start the checks within milliseconds of a close and of a reset, and say so", async (context) => {
    for (const end of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.resetAndDestroy(),
    ]) {
      const { port, open } = await listening(context);
      const { tripwires, hurried, reports } = wires(context);
      tripwires.configure(config(on("web", port), on("shop", port, { port: 81 })));
      await until("it is held", () => tripwires.state("web/rs1") === "held" && open.size === 1);
      for (const socket of open) end(socket);
      await until("checks are asked for", () => hurried.length === 2);
      assert.deepEqual(hurried, ["web/rs1", "shop/rs1"]);
      assert.match(JSON.stringify(reports), /"kind":"tripwire","real_server":"web\/rs1"/);
      await until("a false alarm is opened again", () => open.size === 1);
    }
  });

  it("learn that a server closes at once, and leave it alone", async (context) => {
    const { port } = await listening(context, (socket) => socket.end("421 bye\r\n"));
    const { tripwires, hurried, reports } = wires(context);
    tripwires.configure(config(on("web", port)));
    await until("it is learnt", () => reports.some(({ kind }) => kind === "habit"));
    assert.equal(hurried.length, 3);
    assert.equal(tripwires.state("web/rs1"), "resting");
  });

  it("leave a server that talks on idle connections alone, without a check", async (context) => {
    const { port } = await listening(context, (socket) => socket.write(Buffer.alloc(1 << 20)));
    const { tripwires, hurried, reports } = wires(context);
    tripwires.configure(config(on("web", port)));
    await until("it is learnt", () => reports.some(({ kind }) => kind === "habit"));
    assert.deepEqual(hurried, []);
    assert.equal(tripwires.state("web/rs1"), "resting");
  });

  it("take a refused connection for a sign, too, and leave nothing open at the end", async (context) => {
    const { port, server } = await listening(context);
    server.close();
    const { tripwires, hurried } = wires(context, () => "failed");
    tripwires.configure(config(on("web", port)));
    await until("checks are asked for", () => hurried.length === 1);
    const other = await listening(context);
    tripwires.configure(config(on("web", other.port)));
    await until("it is held", () => other.open.size === 1);
    tripwires.stop();
    await until("it is closed", () => other.open.size === 0);
  });

  it("mean nothing to a virtual server of UDP, and to a real server without a check", async (context) => {
    const { port, open } = await listening(context);
    const { tripwires } = wires(context);
    const unchecked = realServer("rs1", { port, check: { type: "none" } });
    tripwires.configure(
      config(
        on("dns", port, { protocol: "udp" }),
        virtualServer("web", { tripwire: true, realServers: [unchecked] }),
      ),
    );
    assert.deepEqual([tripwires.state("dns/rs1"), tripwires.state("web/rs1")], [null, null]);
    assert.equal(open.size, 0);
  });
});
