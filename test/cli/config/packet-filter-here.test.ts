import assert from "node:assert/strict";
import { test } from "node:test";
import { packetFilterProblems } from "../../../src/cli/config/packet-filter-here.ts";
import { accepted, readText } from "../../config/texts.ts";
import { scripts } from "../../system/scripts.ts";
import { everyRule } from "../../table/every-rule.ts";

const lvsds = accepted(readText(everyRule));
const theirs = { ...lvsds, marks: "external", masquerade: false } as const;
const messages = async (...of: Parameters<typeof packetFilterProblems>) =>
  (await packetFilterProblems(...of)).map(({ message, hint }) => `${message}; ${hint}`);

test("a machine without nft, or whose kernel refuses the rules, is named with the way out", async (t) => {
  assert.match(
    (await messages(lvsds, scripts(t, {})))[0] ?? "",
    /nft is not installed.*apt-get install nftables/,
  );
  const refusing = 'echo "Error: Could not process rule: Operation not supported" >&2; exit 1';
  assert.match(
    (await messages(lvsds, scripts(t, { nft: refusing })))[0] ?? "",
    /refuses lvsd's rules: .*Operation not supported.*marks: external/,
  );
  const takes = scripts(t, { nft: 'test "$1" = -c && cat >/dev/null' });
  assert.deepEqual(await messages(lvsds, takes), []);
});

test("with marks: external each mark is looked for in the rules of any program", async (t) => {
  const nft = "test $1 = -c && exit 0; echo 'tcp dport 80 meta mark set 0x00000050'";
  const path = scripts(t, { nft, "iptables-save": "exit 1" });
  assert.deepEqual(await messages(theirs, path), [
    "virtual_servers.files.fwmark: no rule of this machine sets the mark 21; such as: iptables -t mangle -A PREROUTING -d VIP -p tcp --dport PORT -j MARK --set-mark 21",
  ]);
  const save = "echo '-A PREROUTING -p tcp -j MARK --set-xmark 0x15/0xffffffff'";
  assert.deepEqual(await messages(theirs, scripts(t, { nft, "iptables-legacy-save": save })), []);
});
