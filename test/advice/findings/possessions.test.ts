import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeReply } from "../../../src/control/cluster-messages.ts";
import { isRefused } from "../../../src/model/error.ts";
import { bytes, hash, possessions } from "../../control/cluster-words.ts";

describe("the possessions of a router", () => {
  it("hold no possessions but digests and short words, in bounds", () => {
    const files = { ...possessions.files, "/odd": "no digest", ["/long".repeat(1000)]: hash };
    const networks = { ...possessions.networks, eth1: "10.0.0.0/8", eth2: [7, "x".repeat(1000)] };
    const given = { ...possessions, files, networks, configHash: "short" };
    const read = decodeReply(bytes({ kind: "possessions", possessions: given }));
    assert.ok(!isRefused<string>(read) && read.kind === "possessions");
    const { networks: known, ...rest } = read.possessions;
    const { networks: _, ...sound } = possessions;
    assert.deepEqual(rest, { ...sound, configHash: null });
    assert.deepEqual(known.eth0, possessions.networks.eth0);
    assert.deepEqual([known.eth1, known.eth2?.length], [undefined, 1]);
    assert.ok((known.eth2?.[0]?.length ?? 0) <= 110);
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`/${at}`, null]));
    const bounded = decodeReply(
      bytes({ kind: "possessions", possessions: { ...possessions, files: many } }),
    );
    assert.ok(!isRefused<string>(bounded) && bounded.kind === "possessions");
    assert.equal(Object.keys(bounded.possessions.files).length, 2000);
    for (const other of [
      null,
      7,
      [],
      {},
      { ...possessions, clock: "1" },
      { ...possessions, files: [] },
    ])
      assert.ok(isRefused(decodeReply(bytes({ kind: "possessions", possessions: other }))));
  });
});
