/** One try of a probe that ends in any case: by itself, by being stopped, or by being given up. */
import type { RunCheck, Tried } from "../../checks/check.ts";
import { failed } from "../../checks/check-result.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import {
  addMs,
  between,
  type Instant,
  type Ms,
  ms,
  printDuration,
  seconds,
} from "../../model/time.ts";
import type { Agenda } from "../agenda.ts";
import type { Probe } from "./probe.ts";

/** A try that has not ended so long after its timeout is given up: a runner ends in a poll turn. */
export const overdueAfter: Ms = seconds(1);

/** A failure that came so long after its deadline means a pause of this process. */
export const lateMax = ms(250);

export interface TryParts {
  readonly now: () => Instant;
  readonly run: RunCheck;
  readonly report: (event: EventBody) => void;
}

/** One try, which ends in any case. Null: it was stopped and says nothing. */
export function endedTry(
  probe: Probe,
  started: Instant,
  agenda: Agenda,
  parts: TryParts,
): Promise<Tried | null> {
  const { check, endpoint } = probe;
  const stop = new AbortController();
  probe.stop = stop;
  return new Promise((resolve) => {
    const limit = ms(check.timeout + overdueAfter);
    const giveUp = (): void => {
      stop.abort();
      const why = `no end within ${printDuration(limit)}`;
      for (const real_server of probe.nannies)
        parts.report({ event: "check", kind: "overdue", real_server, text: why });
      resolve({ ...failed("overdue", why), took: between(started, parts.now()) });
    };
    let overdue = agenda.at(addMs(started, limit), () => {
      // After a pause of this process the try has not had its time: it gets some.
      const now = parts.now();
      if (between(started, now) <= limit + lateMax) giveUp();
      else overdue = agenda.at(addMs(now, overdueAfter), giveUp);
    });
    const end = (tried: Tried): void => {
      overdue.cancel();
      resolve(stop.signal.aborted ? null : tried);
    };
    parts.run(check, endpoint, stop.signal).then(end, (thrown: unknown) => {
      end({ ...failed("local", messageOf(thrown)), took: between(started, parts.now()) });
    });
  });
}
