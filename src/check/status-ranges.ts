/** Accepted status codes of HTTP and of what answers in its way (SIP, RTSP): codes and ranges. */
import { preset } from "../keys/section.ts";
import { list, quoted, scalarShape } from "../keys/shape.ts";

/** The codes from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** One code or range; `highest`: the first digit of the highest code. */
const statusRange = (highest: 5 | 6) =>
  scalarShape<StatusRange>(
    "a status code or a range",
    { anyOf: [{ type: "integer", minimum: 100, maximum: highest * 100 + 99 }, { type: "string" }] },
    (written) => {
      const match = /^([1-6]\d\d)(?:\s*-\s*([1-6]\d\d))?$/.exec(written);
      const hint = "write 200, or 200-299";
      const from = Number(match?.[1]);
      const to = Number(match?.[2] ?? match?.[1]);
      if (match === null || to >= highest * 100 + 100)
        return { wrong: `${quoted(written)} is no status code or range`, hint };
      if (from > to) return { wrong: `${written} ends before it begins`, hint };
      return { ok: { from, to } };
    },
  );

/** The key `status`. HTTP's codes end with 599, SIP's with 699. */
export const statusKey = (help: string, highest: 5 | 6 = 5) =>
  preset(
    list(statusRange(highest), {
      what: "a status code or range, or a list",
      max: 32,
      single: true,
    }),
    "200-299",
    help,
  );

export const fits = (ranges: readonly StatusRange[], status: number): boolean =>
  ranges.some(({ from, to }) => from <= status && status <= to);

/** `200-299, 404`. */
export const printRanges = (ranges: readonly StatusRange[]): string =>
  ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
