/** What happens to the table `inet lvsd` of a network namespace, as JSON: for nft.test.ts. */
import { execFileSync } from "node:child_process";
import { keptFilter } from "../../../src/daemon/table/kept-filter.ts";
import { sameFilter } from "../../../src/kernel/nft-text.ts";
import { openPacketFilter } from "../../../src/system/packet-filter/nft.ts";
import { packetRules } from "../../../src/table/packet-filter.ts";
import { accepted, readText } from "../../config/texts.ts";
import { everyRule } from "../../table/every-rule.ts";

const nft = (...words: readonly string[]): string =>
  execFileSync("nft", words, { encoding: "utf8" });

const rules = packetRules(accepted(readText(everyRule)));
const filter = openPacketFilter();
const [kept] = keptFilter(rules, filter);
nft("add table inet other");
const before = await filter.read();
await filter.replace(rules);
const read = await filter.read();
nft("flush chain inet lvsd marks");
nft("add rule inet lvsd marks ip daddr 192.0.2.2 tcp dport 80 meta mark set 80");
const repaired = await kept?.look();
const again = await kept?.look();
await filter.remove();
await filter.remove();
console.log(
  JSON.stringify({
    before,
    rules: read?.rules.length,
    same: read !== null && sameFilter(rules, read),
    drift: repaired?.kind,
    found: repaired?.kind === "set" ? repaired.found.match(/mark 80/)?.[0] : null,
    again: again?.kind,
    after: await filter.read(),
    others: nft("list tables").includes("inet other"),
  }),
);
