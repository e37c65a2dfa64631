/** ldirectord's mail about its real servers. */
import type { Findings } from "../imported.ts";
import { mailInto } from "../mail.ts";
import type { MapNode } from "../outline.ts";
import type { Directive } from "./statements.ts";

/** Who gets mail of all virtual servers. Quotes are no part of recipients. */
export function mailOf(
  { root, findings }: { readonly root: MapNode; readonly findings: Findings },
  file: string,
  globals: readonly Directive[],
): void {
  const last = (name: string): Directive | undefined =>
    globals.findLast((one) => one.name === name);
  const to = last("emailalert");
  if (to === undefined) return;
  mailInto(root, findings, {
    subject: "emailalert",
    origin: { file, line: to.line },
    to: to.value.replaceAll(/["']/g, "").split(/[\s,]+/),
    from: last("emailalertfrom")?.value ?? null,
    smtp: last("smtp")?.value.replaceAll(/["']/g, "") ?? null,
    port: null,
  });
}
