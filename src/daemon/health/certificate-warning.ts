/** Warns of certificates that end soon: once a day for each probe, and for each who wants its result. */
import type { Tried } from "../../checks/check.ts";
import type { EventBody } from "../../model/event.ts";
import { addMs, type Instant, seconds } from "../../model/time.ts";
import type { Probe } from "./probe.ts";

const again = seconds(24 * 60 * 60);

/** After a try that has ended. A renewed certificate is forgotten at once. */
export function warnOfCertificate(
  probe: Probe,
  tried: Tried,
  now: Instant,
  report: (event: EventBody) => void,
): void {
  if (tried.kind === "failed") return;
  const { certificateDays: days_left } = tried;
  if (days_left === undefined) {
    probe.certificateWarned = null;
    return;
  }
  if (probe.certificateWarned !== null && now < addMs(probe.certificateWarned, again)) return;
  probe.certificateWarned = now;
  const text = days_left < 0 ? "has ended" : `ends in ${inWords(days_left)}: renew it`;
  for (const real_server of probe.nannies)
    report({ event: "check", kind: "certificate", real_server, days_left, text });
}

const inWords = (days: number): string =>
  days === 0 ? "less than a day" : days === 1 ? "1 day" : `${days} days`;
