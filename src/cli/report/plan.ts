/** What a reload would change, or has changed, one line a change. */
import type { PlanReport } from "../../control/api.ts";
import { printable } from "../../model/printable.ts";
import type { PlannedChange } from "../../table/describe.ts";
import { nameText } from "./names.ts";
import type { Paint, Shade } from "./paint.ts";

const marks: Readonly<Record<PlannedChange["action"], readonly [mark: string, shade: Shade]>> = {
  add: ["+", "good"],
  edit: ["~", "doubtful"],
  delete: ["-", "bad"],
};

/**
 * `done`: the changes were made (reload); otherwise they would be (plan). `now`: wall-clock time in
 * milliseconds.
 */
export function printPlan(
  report: PlanReport,
  done: boolean,
  paint: Paint,
  now = Date.now(),
): string {
  const { changes, settings, unchanged_services, names = [] } = printable(report);
  const unchanged = `${count(unchanged_services, "virtual service")} unchanged`;
  const named = names.map((name) => `  = name  ${nameText(name, now, paint)}`);
  if (changes.length === 0 && settings.length === 0)
    return [`nothing ${done ? "changed" : "would change"}; ${unchanged}`, ...named, ""].join("\n");
  const verb = done ? "made" : "to make";
  return [
    `${count(changes.length + settings.length, "change")} ${verb}; ${unchanged}`,
    ...changes.map(({ area, action, text }) => {
      const [mark, shade] = marks[action];
      return paint(shade, `  ${mark} ${area.padEnd(4)}  ${text}`);
    }),
    ...settings.map((setting) => paint("doubtful", `  ~ set   ${setting}`)),
    ...named,
    "",
  ].join("\n");
}

/** `1 change`, `2 changes`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
