import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inputFilter, type Packet } from "../../src/kernel/packet-filter.ts";
import { address } from "../table/tables.ts";

const heartbeat: Packet = {
  from: address("192.0.2.3"),
  to: address("192.0.2.2"),
  protocol: "udp",
  port: 539,
  device: "eth1",
  answers: true,
};
const heartbeat6: Packet = {
  ...heartbeat,
  from: address("2001:db8::3"),
  to: address("2001:db8::2"),
};
const client: Packet = {
  from: address("192.0.2.1"),
  to: address("192.0.2.10"),
  protocol: "tcp",
  port: 80,
  device: "eth0",
  answers: false,
};
const droppedBy = (ruleset: unknown, packet: Packet): string | null => inputFilter(ruleset)(packet);

type Expression = Readonly<Record<string, unknown>>;

const chain = (name: string, more: object = {}, table = "filter", family = "inet") => ({
  chain: { family, table, name, handle: 1, ...more },
});
const rule = (chain: string, expr: readonly Expression[], table = "filter", family = "inet") => ({
  rule: { family, table, chain, handle: 2, expr },
});
const input = (policy: string, family = "inet") =>
  chain("input", { type: "filter", hook: "input", prio: 0, policy }, "filter", family);
const match = (left: object, right: unknown, op = "=="): Expression => ({
  match: { op, left, right },
});
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const accept: Expression = { accept: null };
const drop: Expression = { drop: null };

const dropped = (...listed: readonly object[]): string | null =>
  droppedBy({ nftables: [{ metainfo: { version: "1.0.6" } }, ...listed] }, heartbeat);

const state = { ct: { key: "state" } };
const device = { meta: { key: "iifname" } };

describe("a heartbeat is dropped", () => {
  const cases: [string, ...object[]][] = [
    [
      "by the policy, whatever other devices, addresses and protocols may do",
      input("drop"),
      rule("input", [match(device, "lo"), accept]),
      rule("input", [match(device, { set: ["eth0", "wan*"] }), accept]),
      rule("input", [match(payload("ip", "saddr"), { range: ["10.0.0.1", "10.0.0.9"] }), accept]),
      rule("input", [match(payload("ip6", "saddr"), "fd00::1"), accept]),
      rule("input", [match({ meta: { key: "nfproto" } }, "ipv6"), accept]),
      rule("input", [match(payload("icmp", "type"), "echo-request"), accept]),
      rule("input", [match(state, ["related"], "in"), accept]),
    ],
    [
      "by a rule behind one that is not understood and only drops",
      input("accept"),
      rule("input", [{ limit: { rate: 5 } }, drop]),
      rule("input", [match(device, "eth1"), drop]),
    ],
    ["by the policy", input("drop")],
    ["by a rule without a match", input("accept"), rule("input", [{ counter: {} }, drop])],
    ["by a rejection", input("accept"), rule("input", [{ reject: { type: "icmp" } }])],
    ["by its port", input("accept"), rule("input", [match(payload("udp", "dport"), 539), drop])],
    [
      "by a range of ports",
      input("accept"),
      rule("input", [match(payload("th", "dport"), { range: [500, 600] }), drop]),
    ],
    [
      "by its sender's network, among others",
      input("accept"),
      rule("input", [
        match(payload("ip", "saddr"), {
          set: ["10.0.0.1", { prefix: { addr: "192.0.2.0", len: 24 } }],
        }),
        drop,
      ]),
    ],
    [
      "by what accepts another address only",
      input("accept"),
      rule("input", [match(payload("ip", "daddr"), "192.0.2.9", "!="), drop]),
    ],
    [
      "in a chain that a rule jumps to",
      input("accept"),
      chain("hosts"),
      rule("input", [{ jump: { target: "hosts" } }]),
      rule("hosts", [match({ meta: { key: "l4proto" } }, "udp"), drop]),
    ],
    [
      "by the policy after the chain that a rule goes to, which returns to nothing",
      input("drop"),
      chain("hosts"),
      rule("input", [{ goto: { target: "hosts" } }]),
      rule("input", [accept]),
    ],
    [
      "by the second chain, though the first accepts it",
      input("accept"),
      rule("input", [accept]),
      chain("late", { type: "filter", hook: "input", prio: 10, policy: "drop" }),
    ],
  ];
  for (const [name, ...listed] of cases)
    it(name, () => assert.match(dropped(...listed) ?? "", /^inet filter (?:input|late)$/));

  it("in IPv6 by the chains for IPv6 alone", () => {
    const ruleset = { nftables: [input("drop", "ip6")] };
    assert.equal(droppedBy(ruleset, heartbeat6), "ip6 filter input");
    assert.equal(droppedBy(ruleset, heartbeat), null);
  });
});

describe("a heartbeat is not certainly dropped", () => {
  const cases: [string, ...object[]][] = [
    ["without chains"],
    ["by a policy for what is forwarded", chain("f", { hook: "forward", policy: "drop" })],
    [
      "where its port is accepted before",
      input("drop"),
      rule("input", [match(payload("udp", "dport"), { set: [22, 539] }), accept]),
    ],
    [
      "by the rule of another protocol with the same port",
      input("accept"),
      rule("input", [match(payload("tcp", "dport"), 539), drop]),
    ],
    [
      "by a rule with a match that is not understood",
      input("accept"),
      rule("input", [match({ ct: { key: "state" } }, "invalid"), drop]),
    ],
    [
      "by a rule with a statement that is not understood",
      input("accept"),
      rule("input", [{ limit: { rate: 5 } }, drop]),
    ],
    [
      "where connection tracking takes it for an answer",
      input("drop"),
      rule("input", [match(state, ["established", "related"], "in"), accept]),
    ],
    [
      "where what looks up a state may accept it",
      input("drop"),
      rule("input", [{ vmap: { key: state, data: { set: [["established", accept]] } } }]),
    ],
    [
      "where a set that is listed elsewhere may accept it",
      input("drop"),
      rule("input", [match(payload("ip", "saddr"), "@trusted"), accept]),
    ],
    [
      "by what is in no set that is listed elsewhere",
      input("accept"),
      rule("input", [match(payload("ip", "saddr"), "@trusted", "!="), drop]),
    ],
    [
      "where a match of another program may accept it",
      input("drop"),
      rule("input", [{ xt: null }, accept]),
    ],
    [
      "where a chain that a rule may jump to accepts it",
      input("drop"),
      rule("input", [{ xt: null }, { jump: { target: "hosts" } }]),
      rule("hosts", [match(payload("udp", "dport"), 539), accept]),
    ],
    ["where its device is let in", input("drop"), rule("input", [match(device, "eth*"), accept])],
    [
      "where its address is in a range, or an element with a comment",
      input("drop"),
      rule("input", [
        match(payload("ip", "saddr"), { set: [{ elem: { val: "192.0.2.3", comment: "peer" } }] }),
        match(payload("ip", "daddr"), { range: ["192.0.2.0", "192.0.2.7"] }),
        accept,
      ]),
    ],
    [
      "where the chain that a rule jumps to accepts it",
      input("drop"),
      rule("input", [{ jump: { target: "hosts" } }]),
      rule("hosts", [accept]),
    ],
    [
      "by rules of another table's chain of the same name",
      input("accept"),
      rule("input", [drop], "other"),
    ],
    [
      "by chains that jump to themselves",
      input("accept"),
      rule("input", [{ jump: { target: "round" } }]),
      rule("round", [{ jump: { target: "round" } }]),
    ],
  ];
  for (const [name, ...listed] of cases) it(name, () => assert.equal(dropped(...listed), null));

  it("by what is no ruleset", () => {
    for (const ruleset of [null, "x", [], {}, { nftables: null }])
      assert.equal(droppedBy(ruleset, heartbeat), null);
  });
});

describe("what a client sends", () => {
  it("is new, and its port counts", () => {
    const established = rule("input", [match(state, ["established", "related"], "in"), accept]);
    const web = rule("input", [match(payload("tcp", "dport"), { set: [80, 443] }), accept]);
    const judged = (...rules: readonly object[]) =>
      droppedBy({ nftables: [input("drop"), ...rules] }, client);
    assert.equal(judged(established), "inet filter input");
    assert.equal(judged(established, web), null);
    assert.equal(judged(rule("input", [match(state, "new"), ...web.rule.expr])), null);
    assert.equal(
      judged(rule("input", [match(payload("udp", "dport"), 80), accept])),
      "inet filter input",
    );
  });
});
