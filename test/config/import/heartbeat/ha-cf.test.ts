import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHaCf, readHaCf } from "../../../../src/config/import/heartbeat/ha-cf.ts";
import { Findings } from "../../../../src/config/import/imported.ts";

function read(text: string) {
  const findings = new Findings();
  const found = readHaCf({ name: "ha.cf", text }, findings);
  const said = findings
    .all()
    .map(({ kind, origin, subject }) => `${kind} ${origin?.line} ${subject}`);
  return { found, said };
}

describe("ha.cf", () => {
  it("has nodes, the peer's addresses, times with their lines, and who is pinged", () => {
    const text =
      "keepalive 500ms # often\ndeadtime 3\nwarntime 1.5s\nudpport 694\nauto_failback on\nucast eth0 192.0.2.2\nping_group g 192.0.2.254 gw\nnode a b\nnode c\n";
    const { found, said } = read(text);
    const origin = (line: number) => ({ file: "ha.cf", line });
    assert.deepEqual(found, {
      nodes: ["a", "b", "c"],
      peers: [{ address: "192.0.2.2", origin: origin(6) }],
      keepalive: { seconds: 0.5, origin: origin(1) },
      deadtime: { seconds: 3, origin: origin(2) },
      warntime: { seconds: 1.5, origin: origin(3) },
      port: 694,
      isFailback: true,
      pings: ["192.0.2.254"],
    });
    assert.deepEqual(said, []);
  });

  it("says what is left out, with its line, and nothing of what only writes logs", () => {
    const { said } = read("bcast eth1\nlogfacility daemon\nstonith x\nfuture thing\n");
    assert.deepEqual(said, ["left-out 1 bcast eth1", "left-out 3 stonith x", "left-out 4 future"]);
  });

  it("fails back where it says so, and not with legacy, which is said", () => {
    const legacy = read("auto_failback legacy\n");
    assert.deepEqual([legacy.found.isFailback, legacy.said], [false, ["changed 1 auto_failback"]]);
    assert.equal(read("auto_failback yes\n").found.isFailback, true);
    assert.equal(read("").found.isFailback, null);
  });

  it("says which times and ports are none, or do not fit together", () => {
    assert.deepEqual(read("deadtime soon\nudpport x\n").said, [
      "suspicious 1 deadtime",
      "suspicious 2 udpport",
    ]);
    assert.deepEqual(read("keepalive 2\ndeadtime 3\nwarntime 9\n").said, [
      "changed 2 deadtime",
      "left-out 3 warntime",
    ]);
  });

  it("reads a time that is none as 0", () => {
    assert.equal(read("deadtime soon\n").found.deadtime?.seconds, 0);
  });

  it("is recognised by a directive and a node together", () => {
    assert.ok(isHaCf("keepalive 2\nnode a\n"));
    assert.ok(!isHaCf("keepalive 2\n") && !isHaCf("node a\n"));
  });
});
