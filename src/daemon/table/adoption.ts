/** What a starting daemon takes over from the kernel. */
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import type { Doors } from "../doors.ts";
import type { HealthPart } from "../health/health-part.ts";

/** What the kernel has of the configuration counts as up until a check says otherwise. */
export async function adoptTable(
  config: Config,
  health: Pick<HealthPart, "adopt">,
  { ipvsadm, report }: Pick<Doors, "ipvsadm" | "report">,
): Promise<void> {
  // A kernel without IPVS is no trouble for a router that balances nothing.
  if (config.virtualServers.length === 0) return;
  try {
    const { table } = await ipvsadm.readTable();
    const { services, destinations } = health.adopt(config, table);
    if (services > 0) report({ event: "ipvs", kind: "adopted", services, destinations });
  } catch (thrown) {
    report({ event: "ipvs", kind: "failed", text: `cannot be read: ${messageOf(thrown)}` });
  }
}
