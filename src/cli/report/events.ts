/** One event as one line: local time with milliseconds, severity, event, message. */
import type { LvsdEvent } from "../../model/event.ts";
import type { Severity } from "../../model/events/declaration.ts";
import { printable } from "../../model/printable.ts";
import type { Paint, Shade } from "./paint.ts";
import { localTime } from "./time.ts";

const shades: Readonly<Record<Severity, Shade>> = { info: "quiet", warn: "doubtful", error: "bad" };

/** The longest event names, `virtual_server` and `real_server`, fill the column. */
const nameWidth = 14;

/** The line of an event, without its end. */
export function eventLine(event: LvsdEvent, paint: Paint): string {
  const { at, severity, event: name, message } = printable(event);
  const fraction = /\.(\d{3})Z$/.exec(at)?.[1] ?? "000";
  return [
    paint("quiet", `${localTime(at)}.${fraction}`),
    paint(shades[severity], severity.padEnd(5)),
    name.padEnd(nameWidth),
    message,
  ].join("  ");
}
