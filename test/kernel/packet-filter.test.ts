import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { droppedBy } from "../../src/kernel/packet-filter.ts";
import { address } from "../table/tables.ts";

const heartbeat = { from: address("192.0.2.3"), to: address("192.0.2.2"), port: 539 };
const heartbeat6 = { from: address("2001:db8::3"), to: address("2001:db8::2"), port: 539 };

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

describe("a heartbeat is dropped", () => {
  const cases: [string, ...object[]][] = [
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
