/** What a reload would change, or has changed, one line a change. */
import type { PlanReport } from "../../control/api.ts";
import { printable } from "../../model/printable.ts";
import type { PlannedChange } from "../../table/describe.ts";
import type { Paint, Shade } from "./paint.ts";

const marks: Readonly<Record<PlannedChange["action"], readonly [mark: string, shade: Shade]>> = {
  add: ["+", "good"],
  edit: ["~", "doubtful"],
  delete: ["-", "bad"],
};

/** `done`: the changes were made (reload); otherwise they would be (plan). */
export function printPlan(report: PlanReport, done: boolean, paint: Paint): string {
  const { changes, settings, unchanged_services } = printable(report);
  const unchanged = `${count(unchanged_services, "virtual service")} unchanged`;
  if (changes.length === 0 && settings.length === 0)
    return `nothing ${done ? "changed" : "would change"}; ${unchanged}\n`;
  const verb = done ? "made" : "to make";
  return [
    `${count(changes.length + settings.length, "change")} ${verb}; ${unchanged}`,
    ...changes.map(({ area, action, text }) => {
      const [mark, shade] = marks[action];
      return paint(shade, `  ${mark} ${area.padEnd(4)}  ${text}`);
    }),
    ...settings.map((setting) => paint("doubtful", `  ~ set   ${setting}`)),
    "",
  ].join("\n");
}

/** `1 change`, `2 changes`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
