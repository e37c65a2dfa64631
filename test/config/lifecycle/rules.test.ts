import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accepted, readText, refused } from "../texts.ts";
import { text, web } from "./web.ts";

describe("what does not fit together in a virtual server's life", () => {
  const wrong: readonly (readonly [name: string, keys: string, message: RegExp])[] = [
    ["a quorum beyond the real servers", "quorum: { up: 3 }", /up: 3, and .* has 2 real servers/],
    [
      "the same by rounding",
      "quorum: { up: 1, down: 50% }",
      /are 1 real servers and up \(1\) are 1/,
    ],
    [
      "a quorum beyond all weights",
      "quorum: { count: weights, up: 3 }",
      /up: 3, and .* has 2 real servers that can take connections, whose weights are 2: it would/,
    ],
    [
      "weights up and down at once",
      "quorum: { count: weights, up: 1, down: 50% }",
      /down: 50% is 1 of weight and up \(1\) is 1/,
    ],
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

  it("weights that checks give may reach any quorum", () => {
    const keys =
      "quorum: { count: weights, up: 9 }\n    check: { type: file, file: /w, number: weight }";
    accepted(readText(text(keys)));
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

describe("checks of type bfd", () => {
  const both = (other: string, address = "10.0.0.1") =>
    text(
      "",
      `rs1: { address: 10.0.0.1, port: 80, check: { type: bfd } }, rs2: { address: ${address}, port: 81, check: { type: bfd${other} } }`,
    );

  it("of one address have one session, and so the same settings", () => {
    accepted(readText(both(", interval: 5s, admin_down: ignore")));
    accepted(readText(both(", min_tx: 50ms", "10.0.0.2")));
    accepted(readText(both(", min_tx: 50ms, max_hops: 2")));
    const [problem] = refused(readText(both(", min_tx: 50ms")));
    assert.equal(
      problem?.message,
      "virtual_servers.web.real_servers.rs2: its bfd session with 10.0.0.1 has other settings than that of virtual_servers.web.real_servers.rs1",
    );
  });
});
