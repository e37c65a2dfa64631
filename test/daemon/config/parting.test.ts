import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { partingProblems, refusedLeaving } from "../../../src/daemon/config/parting.ts";
import type { Running } from "../../../src/daemon/config/running.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const keys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
const [first, second] = keys;

interface Change {
  readonly primary?: string;
  readonly backup?: string | null;
  readonly primaryPrivate?: string | null;
  readonly port?: number;
  readonly authentication?: Config["heartbeat"]["authentication"];
  readonly keys?: readonly Uint8Array[];
  readonly protocol?: Config["heartbeat"]["protocol"];
}

function running(change: Change = {}): Running {
  const base = config();
  const { primaryPrivate = "10.0.0.2" } = change;
  const { primary = "192.0.2.2", backup = "192.0.2.3", port = 539 } = change;
  const { authentication = "hmac", protocol = "lvsd" } = change;
  const inside = (own: string): IpAddress | null => (primaryPrivate === null ? null : address(own));
  return {
    config: {
      ...base,
      hash: JSON.stringify(change),
      routers: {
        primary: { public: address(primary), private: inside(primaryPrivate ?? "") },
        backup: backup === null ? null : { public: address(backup), private: inside("10.0.0.3") },
      },
      heartbeat: { ...base.heartbeat, port, authentication, protocol },
    },
    keys: change.keys ?? [first],
    role: "primary",
    vips: [],
    files: [],
    places: {} as Running["places"],
  };
}

const said = (next: Change, before: Change = {}): string =>
  partingProblems(running(before), running(next))
    .map(({ message }) => message.replace("this would part the router from its peer: ", ""))
    .join("; ");

describe("a reload that would part a router from its peer is named", () => {
  const cases: readonly [string, Change, string][] = [
    [
      "the peer's address",
      { backup: "192.0.2.9" },
      "routers.backup.public: 192.0.2.3 -> 192.0.2.9",
    ],
    ["its own", { primary: "192.0.2.8" }, "routers.primary.public: 192.0.2.2 -> 192.0.2.8"],
    [
      "a private one",
      { primaryPrivate: "10.0.0.9" },
      "routers.primary.private: 10.0.0.2 -> 10.0.0.9",
    ],
    ["no backup any more", { backup: null }, "routers.backup: 192.0.2.3 -> none"],
    ["the port", { port: 540 }, "heartbeat.port: 539 -> 540"],
    [
      "no authentication",
      { authentication: "none", keys: [] },
      "heartbeat.authentication: hmac -> none",
    ],
    [
      "a key without overlap",
      { keys: [second] },
      "heartbeat.key_file: the first key of one is not among the keys of the other",
    ],
    [
      "a first key that the peer does not have",
      { keys: [second, first] },
      "heartbeat.key_file: the first key of one is not among the keys of the other",
    ],
  ];
  for (const [name, change, message] of cases) it(name, () => assert.equal(said(change), message));

  it("a protocol that the peer may not understand", () => {
    const pulse = { protocol: "pulse", keys: [] } as const;
    const auto = { protocol: "auto" } as const;
    const heard = (next: Change, before: Change, dialect: "lvsd" | "pulse"): string =>
      partingProblems(running(before), running(next), dialect)
        .map(({ message }) => message.replace("this would part the router from its peer: ", ""))
        .join("; ");
    const named = "heartbeat.protocol: lvsd -> pulse, while the peer is heard in lvsd";
    assert.equal(heard(pulse, {}, "lvsd"), named);
    assert.match(heard({}, pulse, "pulse"), /^heartbeat\.protocol: pulse -> lvsd, .* in pulse$/);
    assert.match(heard({}, auto, "pulse"), /^heartbeat\.protocol: auto -> lvsd, .* in pulse$/);
    assert.match(heard(pulse, auto, "lvsd"), /^heartbeat\.protocol: auto -> pulse, .* in lvsd$/);
    assert.equal(heard(auto, pulse, "pulse"), "", "from pulse to both");
    assert.equal(heard(pulse, auto, "pulse"), "", "and back");
    assert.equal(heard({}, auto, "lvsd"), "", "from both to lvsd's own");
    assert.equal(heard(auto, {}, "lvsd"), "", "and back");
  });

  it("and not what leaves the two in touch", () => {
    assert.equal(said({}), "");
    assert.equal(said({ keys: [first, second] }), "", "a second key");
    const both = { keys: [first, second] };
    assert.equal(said({ keys: [second, first] }, both), "", "the lines swapped");
    assert.equal(said({ keys: [second] }, { keys: [second, first] }), "", "the old key removed");
    assert.equal(said({ primaryPrivate: null }), "", "the second path removed");
    assert.equal(said({ backup: "192.0.2.9" }, { backup: null }), "", "there was no peer");
  });
});

describe("what speaks against a change of addresses", () => {
  const interfaces = [
    { name: "eth0", addresses: [{ prefix: { address: address("192.0.2.2"), length: 24 } }] },
  ];
  const problems = (
    next: Running,
    onBoth: boolean,
    hash: string | null,
    isHeard = true,
  ): number => {
    const mark = hash === null ? null : { serial: 1, hash };
    return (
      refusedLeaving({ before: running(), next, isHeard, onBoth, mark, interfaces })?.problems
        .length ?? 0
    );
  };
  const next = running({ backup: "192.0.2.9" });

  it("is nothing where both routers get it, or the peer has it already", () => {
    assert.equal(problems(next, false, null), 1);
    assert.equal(problems(next, false, running().config.hash), 1);
    assert.equal(problems(next, true, null), 0);
    assert.equal(problems(next, false, next.config.hash), 0);
  });

  it("is nothing while the peer is not heard: a wrong key is put right by a reload", () => {
    assert.equal(problems(next, false, null, false), 0);
  });

  it("is a key that the peer lacks, though its file is the same", () => {
    const other = { ...running(), keys: [second] };
    assert.equal(problems(other, false, other.config.hash), 1);
    assert.equal(problems({ ...other, keys: [first, second] }, false, other.config.hash), 0);
  });

  it("is an own address that is not on this machine, in any case", () => {
    const away = running({ primary: "192.0.2.8", primaryPrivate: null });
    assert.equal(problems(away, true, null), 1);
  });
});
