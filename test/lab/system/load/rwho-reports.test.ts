import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inside } from "../../load/measured.ts";

/** A machine on the same network with rwhod, which speaks once when it is started. */
const neighbour = `mount -t tmpfs none /var/spool/rwho
  unshare --net sleep 60 & other=$!
  while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  ip link add name va type veth peer name vb; ip link set dev va netns $other
  ip addr add 10.9.9.1/24 brd + dev vb; ip link set dev vb up
  nsenter --net=/proc/$other/ns/net sh -c \\
    "ip link set lo up; ip addr add 10.9.9.2/24 brd + dev va; ip link set dev va up"
  listening() { while [ ! -e /run/listening ]; do sleep 0.05; done; }`;

describe("ruptime against rwhod", () => {
  it("hears its broadcasts, by the address that they come from", async () => {
    const { load, trouble } = await inside(`${neighbour}
      (listening; exec nsenter --net=/proc/$other/ns/net rwhod) >/dev/null 2>&1 &
      ASK ruptime 10.9.9.2 nobody`);
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });

  it("reads the spool of this machine's own rwhod, by the name of the real server", async () => {
    const { load, trouble } = await inside(`${neighbour}
      rwhod; (listening; sleep 0.2; exec nsenter --net=/proc/$other/ns/net rwhod) >/dev/null 2>&1 &
      ASK spool 10.9.9.9 $(hostname)`);
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });
});
