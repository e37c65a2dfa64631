/** Which flows leave a failed real server that keeps its place, and where they go. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RealServer, VirtualServer } from "../../src/config/config.ts";
import type { Connection } from "../../src/connections/connection-list.ts";
import { leavingServers, movedFlows, whereabouts } from "../../src/connections/quiesced-flows.ts";
import { syncMessages } from "../../src/connections/sync-message.ts";
import {
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
} from "../../src/health/health.ts";
import { addressBytes, type IpAddress } from "../../src/model/address.ts";
import { printService } from "../../src/model/service.ts";
import { desiredServices } from "../../src/table/desired.ts";
import { config, realServer, virtualServer } from "../table/configs.ts";
import { address } from "../table/tables.ts";

const vip = address("192.0.2.1");
const vip6 = address("2001:db8::1");
const mixed = (changes: Partial<VirtualServer> = {}): VirtualServer =>
  virtualServer("dns", {
    quiesce: true,
    port: null,
    mark: {
      fwmark: 9,
      families: [4, 6],
      addresses: [vip, vip6],
      traffic: [
        { protocol: "tcp", from: 80, to: 80 },
        ...(["tcp", "udp"] as const).map((protocol) => ({ protocol, from: 53, to: 53 })),
      ],
    },
    realServers: [
      realServer("rs1", { address: address("10.0.0.1") }),
      realServer("rs2", { address: address("10.0.0.2"), weight: 3 }),
      realServer("rs3", { address: address("10.0.0.3") }),
      realServer("six1", { address: address("2001:db8::11") }),
      realServer("six2", { address: address("2001:db8::12") }),
    ],
    ...changes,
  });

/** rs1 and six1 have failed. */
const leaving = (server: VirtualServer, failed = ["rs1", "six1"]) => {
  const keys = new Set<RealServerKey>(failed.map((name) => realServerKey(server.name, name)));
  const weightOf = (key: RealServerKey, { weight }: RealServer): RealServerHealth =>
    keys.has(key) ? { state: "down", tableWeight: 0 } : { state: "up", tableWeight: weight };
  const health = new Map(
    server.realServers.map((each) => {
      const key = realServerKey(server.name, each.name);
      return [key, weightOf(key, each)];
    }),
  );
  const services = desiredServices(server, health);
  const table = new Map(services.map((each) => [printService(each.identity), each]));
  return leavingServers(config(server), table, (key) => keys.has(key));
};

const flow = (
  to: IpAddress,
  clientPort: number,
  changes: Partial<Connection> = {},
  at: IpAddress = to.includes(":") ? vip6 : vip,
): Connection => {
  const client = address(to.includes(":") ? "2001:db8::99" : "198.51.100.7");
  return {
    protocol: "udp",
    state: "UDP",
    isTemplate: false,
    expires: 300,
    clientPort,
    virtualPort: 53,
    realPort: 53,
    addresses: Uint8Array.from([client, at, to].flatMap((each) => [...addressBytes(each)])),
    ...changes,
  };
};
const [one, two, six1] = ["10.0.0.1", "10.0.0.2", "2001:db8::11"].map(address) as [
  IpAddress,
  IpAddress,
  IpAddress,
];
/** `4001 3`: the client's port and the last byte of its new real server. */
const printed = (moved: ReturnType<typeof movedFlows>): string[] =>
  moved.map(({ connection }) => `${connection.clientPort} ${connection.addresses.at(-1)}`);

describe("flows of UDP behind a mark for TCP and UDP", () => {
  it("go to the others by their weights, in their own family", () => {
    const flows = [1, 2, 3, 4].map((port) => flow(one, port)).concat(flow(six1, 5));
    const moved = movedFlows(flows, leaving(mixed()));
    assert.deepEqual(printed(moved).toSorted(), ["1 2", "2 2", "3 2", "4 3", "5 18"]);
    assert.deepEqual(new Set(moved.map(({ key }) => key)), new Set(["dns/rs1", "dns/six1"]));
  });

  it("are sent with the mark, without which the kernel finds no real server", () => {
    const [moved] = movedFlows([flow(one, 1)], leaving(mixed()));
    const [bytes] = syncMessages(moved === undefined ? [] : [moved.connection], 1);
    assert.equal(Buffer.from(bytes ?? []).readUInt32BE(8 + 16), 9);
  });

  it("are none of TCP, of other real servers, VIPs and ports, and no template", () => {
    const others = [
      flow(one, 1, { protocol: "tcp", state: "ESTABLISHED" }),
      flow(two, 2),
      flow(one, 3, {}, address("192.0.2.77")),
      flow(one, 0, { isTemplate: true }),
      // Of a virtual server whose VIP and real servers are the same.
      flow(one, 4, { virtualPort: 123, realPort: 123 }),
      flow(six1, 5, { virtualPort: 123, realPort: 123 }),
      flow(one, 6, { virtualPort: 80, realPort: 80 }),
    ];
    assert.deepEqual(movedFlows(others, leaving(mixed())), []);
  });

  it("stay where no other real server has a weight, and where one stays out of this", () => {
    const all = ["rs1", "rs2", "rs3"];
    assert.deepEqual(leaving(mixed(), all), []);
    assert.deepEqual(leaving(mixed({ onePacket: true })), []);
    assert.deepEqual(leaving(virtualServer("web", { quiesce: true, protocol: "udp" }), []), []);
  });

  it("reach the port of a real server that has one of its own", () => {
    const mapped = mixed({
      realServers: ["10.0.0.1", "10.0.0.2"].map((each, at) =>
        realServer(`rs${at + 1}`, { address: address(each), port: 5300, mapsPort: true }),
      ),
    });
    const [moved] = movedFlows([flow(one, 1, { realPort: 5300 })], leaving(mapped));
    assert.equal(moved?.connection.realPort, 5300);
  });

  it("have moved where the kernel has them at their new real server, and have stayed at the old one", () => {
    const flows = [1, 2, 3, 4].map((port) => flow(one, port)).concat(flow(six1, 5), flow(six1, 6));
    const sent = movedFlows(flows, leaving(mixed()));
    const at = (port: number) => sent.find(({ connection }) => connection.clientPort === port);
    const moved = [1, 5].flatMap((port) => at(port)?.connection ?? []);
    // The third has ended.
    const now = [...moved, flow(one, 2), flow(one, 4), flow(six1, 6), flow(two, 7)];
    const found = whereabouts(sent, now, movedFlows(now, leaving(mixed())));
    const ports = (of: typeof sent) => of.map(({ connection }) => connection.clientPort).sort();
    assert.deepEqual(
      [ports(found.moved), ports(found.stayed)],
      [
        [1, 5],
        [2, 4, 6],
      ],
    );
  });

  it("have moved also where their new real server is to be left by now", () => {
    const sent = movedFlows([flow(one, 1)], leaving(mixed(), ["rs1"]));
    const now = sent.map(({ connection }) => connection);
    const next = movedFlows(now, leaving(mixed(), ["rs1", "rs2"]));
    assert.equal(next.length, 1);
    assert.deepEqual(whereabouts(sent, now, next), { moved: sent, stayed: [] });
  });
});
