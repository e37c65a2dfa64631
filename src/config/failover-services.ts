/** Failover services from their drafts: each with its commands and its check. */

import type { Complaints } from "../keys/complaints.ts";
import { type Draft, settle, sound } from "../keys/section.ts";
import type { Named } from "../keys/shape.ts";
import { type CheckOwner, settleCheck } from "./check-draft.ts";
import type { Check, ServiceConfig } from "./config.ts";
import type { CheckLayer } from "./schema/check.ts";
import { failoverServiceKeys } from "./schema/failover-service.ts";

/** A service that is sound so far, and where its commands stand. */
export type FailoverServiceDraft = Draft<typeof failoverServiceKeys>;

/** The services that are sound; of the others it has been complained. */
export function settleServices(
  services: readonly Named<FailoverServiceDraft>[],
  ofChecks: Pick<CheckOwner, "absolute" | "needs" | "comesFrom">,
  complaints: Complaints,
): readonly ServiceConfig[] {
  return services.flatMap(({ name, nameSpot, value }) => {
    if (value === undefined) return [];
    const own = { ...value, spot: nameSpot };
    const keys = settle(failoverServiceKeys, [own], complaints);
    const draft = keys.values.check;
    const alone = { protocol: "tcp", hasService: false } as const;
    const owner = { path: own.path, spot: nameSpot, ...alone, ...ofChecks };
    const check = draft === null ? none : draft && checkOf(draft, owner, complaints);
    const values = sound(keys, ["start", "stop", "timeout"]);
    if (values === undefined || check === undefined) return [];
    return [{ name, start: values.start, stop: values.stop, timeout: values.timeout, check }];
  });
}

const none: Check = { type: "none" };

function checkOf(draft: CheckLayer, owner: CheckOwner, complaints: Complaints): Check | undefined {
  const check = settleCheck([draft], owner, complaints);
  if (check === undefined) return undefined;
  const { spot, path } = draft.kind === "one" ? draft.map : draft;
  const args = draft.kind === "one" ? draft.map.entries.get("args")?.value : undefined;
  if (check.type === "several") {
    complaints.at(spot, `${path}: several checks of one failover service`, "give one check");
    return undefined;
  }
  if ("port" in check && check.port === null) {
    const hint = "add `port:`; there is no virtual server to take one from";
    complaints.at(spot, `${path}: port is missing`, hint);
    return undefined;
  }
  if (check.type === "command" && check.args.some((argument) => argument.includes("%p"))) {
    const message = `${path}.args: %p stands for a port`;
    complaints.at(args ?? spot, message, "a failover service has none");
    return undefined;
  }
  if (check.type === "command" && check.args.some((argument) => /%[vw]/.test(argument))) {
    const message = `${path}.args: %v and %w stand for a virtual server's address and weight`;
    complaints.at(args ?? spot, message, "a failover service has neither");
    return undefined;
  }
  if (check.type === "command" && check.convention === "ldirectord") {
    const message = `${path}.convention: a failover service has no VIP and no port to hand over`;
    complaints.at(spot, message, "leave it out");
    return undefined;
  }
  return check;
}
