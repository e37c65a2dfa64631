/** What each kind of tunnel adds to a packet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Facts } from "../../../src/advice/findings/facts.ts";
import type { Tunnel } from "../../../src/model/service.ts";
import { foundIn } from "./facts.ts";

const over =
  (tunnel: Tunnel) =>
  ({ config }: Facts): Partial<Facts> => ({
    config: {
      ...config,
      virtualServers: config.virtualServers.map((one) => ({
        ...one,
        realServers: one.realServers.map((real) => ({ ...real, forwarding: "tunnel", tunnel })),
      })),
    },
  });

const cases: readonly (readonly [tunnel: Tunnel, needed: number])[] = [
  [{ type: "ipip" }, 1520],
  [{ type: "gre", checksum: false }, 1524],
  [{ type: "gre", checksum: true }, 1528],
  [{ type: "gue", port: 5555, checksum: true }, 1532],
  [{ type: "gue", port: 5555, checksum: "remote" }, 1540],
];

for (const [tunnel, needed] of cases)
  test(`${JSON.stringify(tunnel)} needs ${needed} bytes`, () => {
    const found = foundIn({ facts: over(tunnel) }).filter((one) => one.startsWith("tunnel-mtu"));
    assert.match(found[0] ?? "", new RegExp(`rs1 .* carries 1500 bytes, and ${needed} are needed`));
  });
