import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { lvsd, temporary } from "../recorder.ts";

const text = `
routers: { primary: { public: 192.0.2.1 } }
nat_router: { address: 10.11.12.10/24 }
virtual_servers:
  web:
    address: 192.0.2.10/24
    port: 80
    real_servers: { rs1: { address: 10.11.12.1 }, rs2: { address: 10.11.12.2, forwarding: direct } }
  near:
    address: 192.0.2.11/24
    port: 80
    forwarding: direct
    real_servers: { rs1: { address: 192.0.2.101 } }
  empty: { address: 192.0.2.12/24, port: 80 }
`;

function asked(t: TestContext, words: readonly string[], written = text) {
  const file = join(temporary(t), "lvsd.yaml");
  writeFileSync(file, written);
  return lvsd(["realserver", ...words, "-c", file]);
}

const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "direct routing is sysctl",
    ["near"],
    /method: sysctl.*[\s\S]*add_address 192\.0\.2\.11\/32 lo\n/,
  ],
  ["NAT is gateway", ["web", "rs1"], /method: gateway[\s\S]*for candidate in 10\.11\.12\.1; do/],
  ["one real server by its own forwarding", ["web", "rs2"], /method: sysctl[\s\S]*on rs2 \(/],
  ["another method", ["near", "--method", "nft"], /tcp dport 80 redirect/],
  ["undoing", ["near", "--undo"], /remove_address 192\.0\.2\.11\/32 lo\n/],
  ["networkd", ["near", "--format", "networkd"], /^\[Match\]\nName=lo$/m],
  ["ifupdown", ["web", "rs1", "--format", "ifupdown"], /rule add from 10\.11\.12\.1 lookup 539/],
];

const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  [
    "an unknown virtual server",
    ["wbe"],
    2,
    /there is no virtual server wbe \(did you mean "web"\?\)/,
  ],
  ["an unknown real server", ["web", "rs3"], 2, /real server of web called rs3/],
  ["several forwardings", ["web"], 2, /in several ways: nat, direct \(name one: .*web rs1\)/],
  ["no real server", ["empty"], 1, /empty has no real server/],
  ["an unknown method", ["near", "--method", "magic"], 2, /Allowed choices are sysctl, arptables/],
  [
    "a manager of networks without a packet filter",
    ["near", "--method", "nft", "--format", "networkd"],
    1,
    /networkd cannot do what --method nft does/,
  ],
];

describe("lvsd realserver", () => {
  for (const [what, words, printed] of cases)
    it(`prints what was asked for: ${what}`, async (t) => {
      const { status, out, error } = await asked(t, words);
      assert.deepEqual([status, error], [0, ""]);
      assert.match(out, printed);
    });

  for (const [what, words, expected, said] of refusals)
    it(`refuses ${what}`, async (t) => {
      const { status, out, error } = await asked(t, words);
      assert.deepEqual([status, out], [expected, ""]);
      assert.match(error, said);
    });

  it("says that a gateway needs nat_router, and that a method does not fit", async (t) => {
    const without = await asked(t, ["web", "rs1"], text.replace(/nat_router.*\n/, ""));
    assert.equal(without.status, 1);
    assert.match(without.error, /no nat_router.*\(nat_router: \{ address: ADDRESS\/LENGTH \}/);
    const unfit = await asked(t, ["near", "--method", "gateway"]);
    assert.equal(unfit.status, 0);
    assert.match(unfit.error, /--method gateway is for NAT, and near forwards by direct routing/);
  });

  it("says what is wrong with the configuration", async (t) => {
    const { status, error } = await asked(t, ["web"], "virtual_servers: 3\n");
    assert.equal(status, 2);
    assert.match(error, /lvsd\.yaml:1:18: virtual_servers/);
  });
});
