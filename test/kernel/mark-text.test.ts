import assert from "node:assert/strict";
import { it } from "node:test";
import { marksSetIn } from "../../src/kernel/mark-text.ts";

it("the marks that rules set are found in the texts of nft and of iptables-save", () => {
  const nft = `table ip mangle {
  chain prerouting {
    ip daddr 192.0.2.10 tcp dport 80 meta mark set 0x00000050 counter
    meta mark 0x63 accept
    tcp dport 443 meta mark set meta mark or 0x2
  }
}`;
  const save = `-A PREROUTING -d 192.0.2.11 -p tcp -j MARK --set-xmark 0x51/0xffffffff
-A PREROUTING -m mark --mark 0x62 -j ACCEPT
-A PREROUTING -p udp -j MARK --set-mark 82
-A PREROUTING -p sctp -j MARK --or-mark 0x4`;
  assert.deepEqual(marksSetIn(nft), new Set([0x50, 2]));
  assert.deepEqual(marksSetIn(save), new Set([0x51, 82, 4]));
  assert.deepEqual(marksSetIn(nft, save), new Set([0x50, 2, 0x51, 82, 4]));
  assert.deepEqual(marksSetIn("", "-j MARK"), new Set());
  const map = `meta mark set tcp dport map { 80 : 0x00000050, 443 : 0x00000051 }
map others { type inet_service : mark; elements = { 53 : 0x00000052 } }`;
  assert.deepEqual(marksSetIn(map), new Set([0x50, 0x51, 0x52]));
  assert.deepEqual(marksSetIn("tcp dport vmap { 80 : accept }, 443 : 0x5"), new Set());
});
