/** What `check --here` finds of the packet filter: can lvsd's rules be set, do the operator's mark? */
import type { Config } from "../../config/config.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import { readMarkingRules } from "../../system/packet-filter/marking-rules.ts";
import { openPacketFilter } from "../../system/packet-filter/nft.ts";
import { packetRules } from "../../table/packet-filter.ts";

/** `path`: where programs are looked for. Never throws. */
export async function packetFilterProblems(
  config: Config,
  path?: string,
): Promise<readonly Problem[]> {
  const rules = packetRules(config);
  const own = rules.length === 0 ? [] : await ownProblems(rules, path);
  return [...own, ...(await marksProblems(config, path))];
}

async function ownProblems(
  rules: ReturnType<typeof packetRules>,
  path: string | undefined,
): Promise<readonly Problem[]> {
  const filter = openPacketFilter(path);
  if (!filter.installed())
    return [
      problemElsewhere(
        "nft is not installed, and this configuration needs rules of the packet filter",
        "apt-get install nftables",
      ),
    ];
  try {
    await filter.judge(rules);
    return [];
  } catch (thrown) {
    return [
      problemElsewhere(
        `the packet filter refuses lvsd's rules: ${messageOf(thrown)}`,
        "boot a kernel with nftables, or mark yourself: marks: external and fwmark:",
      ),
    ];
  }
}

/** With `marks: external` a mark that no rule sets is a virtual server that gets nothing. */
async function marksProblems(
  { marks, virtualServers }: Config,
  path: string | undefined,
): Promise<readonly Problem[]> {
  const wanted = virtualServers.flatMap(({ name, active, mark }) =>
    active && mark !== null ? [{ name, fwmark: mark.fwmark }] : [],
  );
  if (marks !== "external" || wanted.length === 0) return [];
  const set = await readMarkingRules(path);
  if (set === null) return [];
  return wanted
    .filter(({ fwmark }) => !set.has(fwmark))
    .map(({ name, fwmark }) =>
      problemElsewhere(
        `virtual_servers.${name}.fwmark: no rule of this machine sets the mark ${fwmark}`,
        `such as: iptables -t mangle -A PREROUTING -d VIP -p tcp --dport PORT -j MARK --set-mark ${fwmark}`,
      ),
    );
}
