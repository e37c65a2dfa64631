/** When the certificate of a real server ends, for those who are to renew it. */
import type { TLSSocket } from "node:tls";
import type { CheckResult } from "../check-result.ts";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Looks at the certificate while the connection stands. What it gives adds, to a try that passed,
 * the days that are left, where they are few enough to be warned of (`tls.warn_before`).
 */
export function certificateJudge(
  connection: Pick<TLSSocket, "getPeerX509Certificate">,
  { warnBefore }: { readonly warnBefore: number },
): (verdict: CheckResult) => CheckResult {
  const certificate = warnBefore === 0 ? undefined : connection.getPeerX509Certificate();
  const left = (certificate?.validToDate.getTime() ?? Number.NaN) - Date.now();
  if (!(left < warnBefore)) return (verdict) => verdict;
  const certificateDays = Math.floor(left / dayMs);
  return (verdict) => (verdict.kind === "passed" ? { ...verdict, certificateDays } : verdict);
}
