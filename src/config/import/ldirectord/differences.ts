/** Where lvsd's table is meant to differ from the one that ldirectord programs from the same file. */
import type { Findings } from "../imported.ts";
import { namesPort, type Real } from "./real.ts";
import { originOf, ownOf, type Settings } from "./settings.ts";

/** The virtual server that is reported on. */
export interface Reported {
  readonly settings: Settings;
  /** `virtual=192.0.2.10:80`. */
  readonly subject: string;
  readonly isMark: boolean;
  /** It has `checktype=off`. */
  readonly isOff: boolean;
}

export function reportDifferences(
  { settings, subject, isMark, isOff }: Reported,
  reals: readonly Real[],
): void {
  const { file, findings } = settings;
  if (isOff) {
    const text =
      "ldirectord keeps the virtual service, without a real server, in its table; lvsd does not serve it, and claims no VIP for it";
    findings.add("changed", originOf(file, ownOf(settings, "checktype")), subject, text);
    return;
  }
  const isPersistent = ownOf(settings, "persistent") !== undefined;
  for (const real of reals) {
    const mapsPort = real.forwarding === "nat" && !isPersistent;
    if (isMark && namesPort(real) && !mapsPort) keptPort(findings, file, real);
    if (!isMark && !namesPort(real) && real.forwarding === "nat") noPort(findings, file, real);
  }
}

/**
 * By a mark only NAT without persistence changes the port (ip_vs_core.c, ip_vs_sched_persist;
 * ip_vs_xmit.c).
 */
function keptPort(findings: Findings, file: string, { line, host, port, forwarding }: Real): void {
  const why = forwarding === "nat" ? "and with persistence" : "and without NAT";
  findings.add(
    "changed",
    { file, line },
    `real=${host}:${port}`,
    `by a mark ${why} connections keep their port: 0 in lvsd's table`,
  );
}

/** For port 0 the kernel takes the virtual service's (ip_vs_core.c, ip_vs_schedule). */
const noPort = (findings: Findings, file: string, { line, host }: Real): void =>
  findings.add(
    "carried",
    { file, line },
    `real=${host}`,
    "no port: ldirectord writes 0 into its table, lvsd the virtual server's port; connections keep their port either way",
  );
