/** What `lvsd realserver` prints, for those who cannot read the configuration themselves. */
import { scriptFor } from "../../advice/real-server/asked-script.ts";
import { formats, methodNames } from "../../advice/real-server/method.ts";
import type { Config } from "../../config/config.ts";
import type { Refusal, ScriptReport } from "../../control/api.ts";
import type { Given } from "../../control/requests.ts";
import { suggest } from "../../keys/shape.ts";
import { refusedNow } from "../refused.ts";

export function scriptReport(
  config: Config,
  given: Given<"realServerScript">,
): ScriptReport | Refusal {
  const method = oneOf(methodNames, given.method);
  const format = oneOf(formats, given.format ?? "script");
  if (method === undefined) return refusedNow(`there is no method ${given.method}`);
  if (format === undefined || format === null)
    return refusedNow(`there is no format ${given.format}`, suggest(given.format ?? "", formats));
  const { virtualServer, realServer, undo } = given;
  const script = scriptFor(config, { virtualServer, realServer, method, undo, format });
  if (script.kind !== "script") return { ok: false, fault: "now", problems: [script.problem] };
  const { kind: _, ...report } = script;
  return { ok: true, ...report };
}

/** Undefined: it is none of them. */
const oneOf = <Name extends string>(
  names: readonly Name[],
  given: string | null,
): Name | null | undefined => (given === null ? null : names.find((name) => name === given));
