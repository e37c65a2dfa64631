/** What a configuration asks of the machine that runs it, as far as a machine may lack it. Pure. */
import { printPrefix } from "../../model/address.ts";
import type { Naming } from "../../system/examination/missing-files.ts";
import { namedFiles } from "../../system/examination/missing-files.ts";
import type { Written } from "./running.ts";

type Asking = Pick<Written, "places"> & {
  readonly config: Pick<Written["config"], "vips" | "failover" | "connectionSync" | "notify">;
};

/** Whether `next` asks for something that `before` did not ask for: only then it may be lacking. */
export function asksForMore(before: Asking, next: Asking): boolean {
  const had = new Set(demandsOf(before));
  return demandsOf(next).some((demand) => !had.has(demand));
}

function demandsOf(asking: Asking): readonly string[] {
  const { vips, failover, connectionSync } = asking.config;
  const links = failover.monitorLinks === "vips" ? [] : failover.monitorLinks;
  const naming: Naming = asking;
  return [
    ...vips.map(({ prefix, device }) => `vip ${printPrefix(prefix)} ${device}`),
    ...[...links, ...(connectionSync === null ? [] : [connectionSync.device])].map(
      (device) => `device ${device}`,
    ),
    ...namedFiles(naming).map((path) => `file ${path}`),
  ];
}
