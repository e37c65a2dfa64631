/** Keys of a virtual server's life: what they mean, and what does not fit together. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadBounds } from "../../src/config/schema/load-monitor.ts";
import { accepted, readText, refused } from "./texts.ts";

const text = (keys: string, real = "rs1: { address: 10.0.0.1 }, rs2: { address: 10.0.0.2 }") =>
  `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    real_servers: { ${real} }
${keys === "" ? "" : `    ${keys}\n`}`;

const web = (keys: string) => {
  const [server] = accepted(readText(text(keys))).virtualServers;
  assert.ok(server !== undefined);
  return server;
};

describe("keys of a virtual server's life", () => {
  it("a quorum is numbers, percentages, or one of each", () => {
    assert.deepEqual(web("quorum: { up: 2, down: 1 }").quorum, {
      up: { value: 2, unit: "servers" },
      down: { value: 1, unit: "servers" },
    });
    assert.deepEqual(web("quorum: { up: 50% }").quorum, {
      up: { value: 50, unit: "percent" },
      down: { value: 0, unit: "servers" },
    });
  });

  it("a sorry server has the virtual server's forwarding, and its port by null, where it says none", () => {
    assert.deepEqual(web("sorry_server: { address: 10.0.0.99 }").sorryServer, {
      address: "10.0.0.99",
      port: null,
      forwarding: "nat",
    });
    assert.deepEqual(
      web("sorry_server: { address: 10.0.0.99, port: 8080 }\n    forwarding: nat").sorryServer,
      { address: "10.0.0.99", port: 8080, forwarding: "nat" },
    );
    assert.deepEqual(web("sorry_server: { address: 10.0.0.99, forwarding: direct }").sorryServer, {
      address: "10.0.0.99",
      port: null,
      forwarding: "direct",
    });
  });

  it("`local` is the router itself, with a page of the operator's", () => {
    const server = web("sorry_server: local\n    sorry_page: /etc/lvsd/sorry.html");
    assert.deepEqual([server.sorryServer, server.sorryPage], ["local", "/etc/lvsd/sorry.html"]);
  });

  it("a panic threshold is percent, with or without the sign", () => {
    assert.equal(web("panic_threshold: 40").panicThreshold, 40);
    assert.equal(web("panic_threshold: 40%").panicThreshold, 40);
  });

  it("damping has defaults, and is off unless it is written", () => {
    assert.deepEqual(web("damping: {}").damping, { changes: 6, within: 600_000, hold: 300_000 });
    assert.equal(web("damping: off").damping, "off");
    assert.equal(web("").damping, "off");
    assert.equal(web("slow_start: 30s").slowStart, 30_000);
  });

  it("a load monitor is a word or a map", () => {
    for (const type of ["rup", "ruptime", "agent", "prometheus", "snmp", "command"]) {
      const { loadMonitor } = web(`load_monitor: ${type}`);
      assert.ok(loadMonitor !== "none");
      assert.deepEqual([loadMonitor.type, loadMonitor.interval], [type, 10_000]);
    }
    assert.equal(web("load_monitor: none").loadMonitor, "none");
    const agent = web("load_monitor: { type: agent, port: 9, send: 'a\\n' }").loadMonitor;
    assert.ok(agent !== "none");
    assert.deepEqual([agent.port, agent.send], [9, "a\\n"]);
    assert.deepEqual(loadBounds(agent), { minPercent: 1, maxPercent: 1000 });
  });

  it("weights are finer than whole numbers where they are to be, and the scheduler shares by them", () => {
    const scale = (keys: string, real?: string) =>
      accepted(readText(text(keys, real))).virtualServers[0]?.weightScale;
    assert.equal(scale(""), 1);
    assert.equal(scale("slow_start: 30s"), 100);
    assert.equal(scale("slow_start: 30s\n    scheduler: lblc"), 1);
    assert.equal(scale("load_monitor: agent"), 100);
    const heavy = "rs1: { address: 10.0.0.1, weight: 3 }, rs2: { address: 10.0.0.2, weight: 6000 }";
    assert.equal(scale("slow_start: 30s", heavy), 10);
    const fine = "rs1: { address: 10.0.0.1, weight: 10 }";
    assert.equal(scale("load_monitor: rup", fine), 1);
    const given = "{ type: command, command: /bin/x, convention: keepalived }";
    assert.equal(scale(`slow_start: 30s\n    check: ${given}`), 1);
  });

  const wrong: readonly (readonly [name: string, keys: string, message: RegExp])[] = [
    ["a quorum beyond the real servers", "quorum: { up: 3 }", /up: 3, and .* has 2 real servers/],
    ["a quorum of none", "quorum: { up: 0 }", /0 real servers are always there/],
    ["up and down at once", "quorum: { up: 1, down: 1 }", /down: 1 is not less than up/],
    ["the same in percent", "quorum: { up: 50%, down: 50% }", /down: 50% is not less than up/],
    [
      "the same by rounding",
      "quorum: { up: 1, down: 50% }",
      /are 1 real servers and up \(1\) are 1/,
    ],
    ["percent beyond all", "quorum: { up: 101% }", /101% is too much/],
    ["words for a quorum", "quorum: { up: most }", /neither a number nor a percentage/],
    ["a panic beyond all", "panic_threshold: 101", /no percentage/],
    ["an unknown load monitor", "load_monitor: rupp", /unknown load monitor "rupp"/],
    [
      "a key of another load monitor",
      "load_monitor: { type: rup, oid: 1.2.3 }",
      /load_monitor.oid: a load monitor of type rup has none/,
    ],
    ["a wrong escape", "load_monitor: { type: agent, send: '\\q' }", /unknown escape/],
    ["a sorry server of another family", "sorry_server: { address: 2001:db8::9 }", /is IPv6/],
    ["a sorry server that is a real server", "sorry_server: { address: 10.0.0.1 }", /rs1 already/],
    [
      "a sorry server that is the VIP",
      "sorry_server: { address: 192.0.2.2, port: 81 }",
      /is the VIP/,
    ],
    ["a sorry server on loopback", "sorry_server: { address: 127.0.0.1 }", /loopback/],
    [
      "another port with direct routing",
      "sorry_server: { address: 10.0.0.9, port: 81, forwarding: direct }",
      /cannot change the port/,
    ],
    ["a page without `local`", "sorry_page: /etc/lvsd/sorry.html", /only `sorry_server: local`/],
    ["HTTP over UDP", "sorry_server: local\n    protocol: udp", /local answers HTTP/],
    ["damping by one change", "damping: { changes: 1 }", /1 is too small/],
    ["another word than local", "sorry_server: here", /where a map of keys is expected/],
  ];
  for (const [name, keys, message] of wrong)
    it(`refused: ${name}`, () => {
      accepted(readText(text("")));
      const problems = refused(readText(text(keys)));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", message);
      assert.ok(problems[0]?.line);
      assert.ok(problems[0]?.hint);
    });

  it("the usual quorum suits a virtual server without real servers, or with inactive ones", () => {
    accepted(readText(text("", "rs1: { address: 10.0.0.1, active: false }")));
    const inactive = "rs1: { address: 10.0.0.1, active: false }, rs2: { address: 10.0.0.2 }";
    const problems = refused(readText(text("quorum: { up: 2 }", inactive)));
    assert.match(problems[0]?.message ?? "", /has 1 real server that/);
  });
});

describe("a map that lacks what it needs", () => {
  for (const [keys, message] of [
    ["sorry_server: { port: 80 }", "sorry_server: address is missing"],
    ["load_monitor: { port: 80 }", "load_monitor: type is missing"],
  ] as const)
    it(`is a problem with its place: ${keys}`, () => {
      const [first, ...others] = refused(readText(text(keys)));
      assert.equal(first?.message, `virtual_servers.web.${message}`);
      assert.deepEqual(others, []);
    });
});

describe("a tripwire", () => {
  const problem = (keys: string, real?: string): string => {
    const [first] = refused(readText(text(keys, real)));
    return first?.message ?? "";
  };

  it("is off unless it is written, and `defaults` may say it of all", () => {
    assert.equal(web("").tripwire, false);
    assert.equal(web("tripwire: true").tripwire, true);
    const all = `defaults: { tripwire: true }\n${text("protocol: udp")}`;
    assert.equal(accepted(readText(all)).virtualServers[0]?.tripwire, true);
  });

  it("needs TCP, and a check to start", () => {
    assert.match(problem("tripwire: true\n    protocol: udp"), /over TCP, and this is udp$/);
    assert.match(problem("tripwire: true\n    check: { type: none }"), /have none$/);
  });

  it("costs a descriptor, of which there are not too many", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => `r${at}: { address: 10.1.${at >> 8}.${at & 255} }`);
    assert.match(problem("tripwire: true", many(4097).join(", ")), /4097 idle .* at most 4096$/);
    const most = accepted(readText(text("tripwire: true", many(4096).join(", "))));
    assert.equal(most.virtualServers[0]?.realServers.length, 4096);
  });
});
