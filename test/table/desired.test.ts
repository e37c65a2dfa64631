import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Health } from "../../src/health/health.ts";
import { restoreLine } from "../../src/kernel/ipvs-text.ts";
import { ms } from "../../src/model/time.ts";
import { desiredTable, foundInTable, ownRealServers } from "../../src/table/desired.ts";
import { planChanges } from "../../src/table/plan.ts";
import type { Table } from "../../src/table/table.ts";
import { config, realServer, vip, virtualServer } from "./configs.ts";
import { address } from "./tables.ts";

const weights = (of: Readonly<Record<string, number | null>>): Health =>
  new Map(
    Object.entries(of).map(([key, tableWeight]) => [
      key,
      { state: tableWeight === null ? "down" : "up", tableWeight } as const,
    ]),
  );

const linesOf = (table: Table): string[] =>
  planChanges(new Map(), table, new Set()).changes.map(restoreLine);

const web = virtualServer("web", {
  realServers: [
    realServer("b", { address: address("10.0.0.10") }),
    realServer("a", { address: address("10.0.0.9"), connections: { max: 20, min: 10 } }),
  ],
});

test("a real server is in the table with the weight that its health gives it, or not at all", () => {
  assert.deepEqual(linesOf(desiredTable(config(web), weights({ "web/a": 3, "web/b": 0 }))), [
    "-A -t 192.0.2.1:80 -s wlc",
    "-a -t 192.0.2.1:80 -r 10.0.0.9:80 -m -w 3 -x 20 -y 10",
    "-a -t 192.0.2.1:80 -r 10.0.0.10:80 -m -w 0",
  ]);
  assert.deepEqual(linesOf(desiredTable(config(web), weights({ "web/a": null, "web/b": 1 }))), [
    "-A -t 192.0.2.1:80 -s wlc",
    "-a -t 192.0.2.1:80 -r 10.0.0.10:80 -m -w 1",
  ]);
});

test("a virtual server without any real server left stays in the table", () => {
  assert.deepEqual(linesOf(desiredTable(config(web), new Map())), ["-A -t 192.0.2.1:80 -s wlc"]);
});

test("an inactive virtual server is not in the table", () => {
  const inactive = { ...web, active: false };
  assert.equal(desiredTable(config(inactive), weights({ "web/a": 1 })).size, 0);
});

test("with direct routing and tunnels the destination's port is the service's", () => {
  const odd = virtualServer("odd", {
    realServers: [
      realServer("nat", { port: 8080 }),
      realServer("direct", {
        port: 8080,
        address: address("10.0.0.2"),
        forwarding: "direct",
      }),
      realServer("tunnel", {
        port: 8080,
        address: address("10.0.0.3"),
        forwarding: "tunnel",
      }),
    ],
  });
  const health = weights({ "odd/nat": 1, "odd/direct": 1, "odd/tunnel": 1 });
  assert.deepEqual(linesOf(desiredTable(config(odd), health)).slice(1), [
    "-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -m -w 1",
    "-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 1",
    "-a -t 192.0.2.1:80 -r 10.0.0.3:80 -i -w 1",
  ]);
});

test("persistence is whole seconds, rounded up", () => {
  const sticky = virtualServer("sticky", {
    persistence: { timeout: ms(1500), maskBits: 24, engine: null },
    scheduler: "sh",
    schedulerFlags: ["sh-port"],
  });
  assert.deepEqual(linesOf(desiredTable(config(sticky), new Map())), [
    "-A -t 192.0.2.1:80 -s sh -p 2 -M 255.255.255.0 -b sh-port",
  ]);
});

const many = ["10.0.0.1", "10.0.0.2", "10.0.0.10"].flatMap((text) =>
  [80, 443].map((port) =>
    realServer(`${text.replaceAll(".", "-")}-${port}`, { address: address(text), port }),
  ),
);
const services = [
  virtualServer("a", { address: address("fd00:1::1"), realServers: [] }),
  virtualServer("b", { port: 443, realServers: many }),
  virtualServer("c", { protocol: "udp", realServers: many }),
  virtualServer("d", { realServers: many }),
  virtualServer("e", { address: address("192.0.2.10"), realServers: many }),
];

test("the order of programming does not depend on the order in the file", () => {
  const health: Health = new Map(
    services.flatMap((service) =>
      many.map((one) => [`${service.name}/${one.name}`, { state: "up", tableWeight: 1 } as const]),
    ),
  );
  const expected = linesOf(desiredTable(config(...services), health));
  assert.deepEqual(
    expected.filter((line) => line.startsWith("-A")),
    [
      "-A -t 192.0.2.1:80 -s wlc",
      "-A -u 192.0.2.1:80 -s wlc",
      "-A -t 192.0.2.1:443 -s wlc",
      "-A -t 192.0.2.10:80 -s wlc",
      "-A -t [fd00:1::1]:80 -s wlc",
    ],
  );
  const shuffled = fc.shuffledSubarray(services, { minLength: services.length });
  const shuffledServers = fc.shuffledSubarray(many, { minLength: many.length });
  fc.assert(
    fc.property(shuffled, shuffledServers, (list, servers) => {
      const rearranged = list.map((service) =>
        service.realServers.length === 0 ? service : { ...service, realServers: servers },
      );
      assert.deepEqual(linesOf(desiredTable(config(...rearranged), health)), expected);
    }),
  );
});

test("what stands in the table is found again by its configuration", () => {
  const table = desiredTable(config(web), weights({ "web/a": 3, "web/b": null }));
  assert.deepEqual(foundInTable(config(web), table), new Map([["web/a", 3]]));
  assert.deepEqual(foundInTable(config(web), new Map()), new Map());
});

test("a router that is a real server itself and does not hold the VIPs has its own entry alone", () => {
  const [own, other] = ["192.0.2.8", "192.0.2.9"].map(address);
  assert.ok(own !== undefined && other !== undefined);
  const direct = { forwarding: "direct" } as const;
  const both = virtualServer("both", {
    realServers: [
      realServer("r1", { ...direct, address: own }),
      realServer("r2", { ...direct, address: other }),
    ],
  });
  const elsewhere = virtualServer("elsewhere", { port: 81, realServers: [realServer("rs1")] });
  const health = weights({ "both/r1": 1, "both/r2": 1, "elsewhere/rs1": 1 });
  const idle = desiredTable(config(both, elsewhere), health, new Set([own]));
  assert.deepEqual(linesOf(idle), [
    "-A -t 192.0.2.1:80 -s wlc",
    "-a -t 192.0.2.1:80 -r 192.0.2.8:80 -g -w 1",
    "-A -t 192.0.2.1:81 -s wlc",
    "-a -t 192.0.2.1:81 -r 10.0.0.1:80 -m -w 1",
  ]);
  assert.equal(linesOf(desiredTable(config(both), health)).length, 3);
});

test("a router is a real server at each of its own addresses, and at none that floats", () => {
  const [v4, v6, floating] = ["192.0.2.8", "2001:db8::8", "192.0.2.10"].map(address);
  assert.ok(v4 && v6 && floating);
  const at = (name: string, of: typeof v4, active = true) =>
    realServer(name, { address: of, active });
  const web = virtualServer("web", {
    realServers: [at("a", v6), at("b", floating), at("c", v4, false), at("d", address("10.0.0.1"))],
  });
  const off = virtualServer("off", { active: false, realServers: [at("a", v4)] });
  const all = { ...config(web, off), vips: [vip("192.0.2.10")] };
  assert.deepEqual([...ownRealServers(all, [v4, v6, floating])], [v6]);
});

test("a real server on loopback is each router's own, and leaves the standby its table", () => {
  const local = realServer("local", { address: address("127.0.0.1") });
  const all = config(virtualServer("web", { realServers: [local, realServer("far")] }));
  assert.deepEqual([...ownRealServers(all, [address("127.0.0.1"), address("::1")])], []);
});

test("weights are multiplied by the scale while one of them is a fraction, and found as they are", () => {
  const web = virtualServer("web", {
    weightScale: 100,
    slowStart: ms(30_000),
    realServers: [
      realServer("rs1", { weight: 1 }),
      realServer("rs2", { weight: 3, address: address("10.0.0.2") }),
    ],
  });
  const tableOf = (of: Record<string, number | null>) => {
    const table = desiredTable(config(web), weights(of));
    const [service] = table.values();
    const found = foundInTable(config(web), table);
    assert.deepEqual(
      [...found.values()],
      Object.values(of).filter((each) => each !== null),
    );
    return Array.from(service?.destinations.values() ?? [], ({ weight }) => weight);
  };
  assert.deepEqual(tableOf({ "web/rs1": 0.05, "web/rs2": 3 }), [5, 300]);
  assert.deepEqual(tableOf({ "web/rs1": 1, "web/rs2": 3 }), [1, 3]);
  assert.deepEqual(tableOf({ "web/rs1": 0, "web/rs2": 1.5 }), [0, 150]);
  assert.deepEqual(tableOf({ "web/rs1": 0, "web/rs2": null }), [0]);
});

test("an agent's limit of connections stands in place of the configured one", () => {
  const server = realServer("rs1", { connections: { max: 100, min: 60 } });
  const up = { state: "up", tableWeight: 1 } as const;
  const limits = (connectionsMax: number) => {
    const known = { get: () => ({ ...up, connectionsMax }) };
    const [service] = desiredTable(
      config(virtualServer("web", { realServers: [server] })),
      known,
    ).values();
    return [...(service?.destinations.values() ?? [])][0]?.thresholds;
  };
  assert.deepEqual(limits(80), { upper: 80, lower: 60 });
  assert.deepEqual(limits(30), { upper: 30, lower: 0 });
});
