import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keptFilter } from "../../../src/daemon/table/kept-filter.ts";
import type { ReadFilter } from "../../../src/kernel/nft-text.ts";
import type { PacketRule } from "../../../src/table/packet-filter.ts";
import { address } from "../../table/tables.ts";

const rule: PacketRule = {
  kind: "mark",
  family: 4,
  addresses: [address("192.0.2.2")],
  protocol: "tcp",
  ports: [{ protocol: "tcp", from: 80, to: 80 }],
  fwmark: 7,
} as never;
const read = (...rules: readonly PacketRule[]): ReadFilter => ({ rules, strange: [] });

/** One look at a table that is read as `found`, and afterwards as `after`. */
async function look(
  found: ReadFilter | null | Error,
  after: ReadFilter | null | Error = read(rule),
) {
  const replaced: (readonly PacketRule[])[] = [];
  const answers = [found, after];
  const filter = {
    read: async () => {
      const answer = answers.shift() ?? null;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    replace: async (rules: readonly PacketRule[]) => void replaced.push(rules),
  };
  const [kept] = keptFilter([rule], filter as never);
  assert.ok(kept !== undefined);
  return { looked: await kept.look(), replaced: replaced.length, kept };
}

describe("the packet filter's table", () => {
  it("is left as it is while it is right", async () => {
    const { looked, replaced, kept } = await look(read(rule));
    assert.deepEqual([looked, replaced], [{ kind: "right" }, 0]);
    assert.equal(kept.costsService, true, "without marks the services by mark get nothing");
  });

  it("is replaced where it is missing or another one, with what was found", async () => {
    assert.deepEqual((await look(null)).looked, { kind: "set", found: "nothing" });
    assert.deepEqual((await look(read())).looked, { kind: "set", found: "no rules" });
    const strange = { rules: [rule], strange: ["{x}"] };
    const { looked, replaced } = await look(strange);
    assert.equal(replaced, 1);
    assert.match(looked.kind === "set" ? looked.found : "", /; \{x\}$/);
  });

  it("is wrong where it does not read back, and unread where it cannot be read", async () => {
    assert.equal((await look(null, null)).looked.kind, "wrong");
    assert.deepEqual((await look(null, new Error("nft"))).looked, { kind: "wrong", why: "nft" });
    const { looked, replaced } = await look(new Error("nft hangs"));
    assert.deepEqual([looked, replaced], [{ kind: "unread", why: "nft hangs" }, 0]);
  });

  it("is nothing where there are no rules", () => {
    assert.deepEqual(keptFilter([], {} as never), []);
  });
});
