/**
 * Graphs of the last hours: numbers for the script that draws them, a line in words, and a table
 * for those who do not see a picture or run no script.
 */
import type { GraphName, GraphsReport } from "../../control/reports/graphs.ts";
import { short } from "../../model/short-number.ts";
import { type Html, html } from "../html.ts";
import type { Say } from "../messages/messages.ts";

interface Line {
  readonly label: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
}

interface Graph {
  readonly key: "connections" | "bytes" | "open" | "rtt";
  readonly lines: readonly Line[];
}

/** Which lines stand in one picture: those that have one unit. */
const pictures: readonly {
  readonly key: Graph["key"];
  readonly unit: string;
  readonly names: readonly GraphName[];
}[] = [
  { key: "connections", unit: "/s", names: ["connections"] },
  { key: "bytes", unit: "B/s", names: ["bytes_out", "bytes_in"] },
  { key: "open", unit: "", names: ["active", "inactive"] },
];

/** Rows of the table: a graph has hundreds of values. */
const rowsMax = 24;

export function graphsSection(say: Say, report: GraphsReport): Html {
  const graphs = graphsOf(say, report);
  return html`<div class="graphs">${graphs.map((graph) => figure(say, report, graph))}</div>`;
}

function graphsOf(say: Say, { lines, paths }: GraphsReport): readonly Graph[] {
  const traffic = pictures.map(({ key, unit, names }) => ({
    key,
    lines: names.flatMap((name) => {
      const values = lines.find((line) => line.name === name)?.values ?? [];
      return values.length === 0 ? [] : [{ label: say(`graphs.line-${name}`), unit, values }];
    }),
  }));
  const rtt = paths.map(({ name, rtt_ms: values }) => ({ label: name, unit: "ms", values }));
  return [...traffic, { key: "rtt" as const, lines: rtt }].filter(({ lines: own }) =>
    own.some(({ values }) => values.length > 0),
  );
}

function figure(say: Say, report: GraphsReport, { key, lines }: Graph): Html {
  const name = say(`graphs.${key}`);
  const words = lines.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    const word = (value: number | undefined): string =>
      value === undefined || !Number.isFinite(value) ? "-" : rounded(value);
    return say("graphs.said", {
      name: label,
      last: word(values.at(-1) ?? undefined),
      highest: word(known.length === 0 ? undefined : Math.max(...known)),
      lowest: word(known.length === 0 ? undefined : Math.min(...known)),
    });
  });
  const data = JSON.stringify({ times: timesOf(report, lines), lines });
  return html`<figure><figcaption>${name}<br><span class="quiet">${words.join("; ")}</span></figcaption>
<div class="graph" aria-hidden="true" data-graph="${data}"></div>
<details id="values-${key}"><summary>${say("graphs.values", { graph: name })}</summary>
${valuesTable(say, report, { key, lines })}</details></figure>`;
}

const rounded = (value: number): string => short(Number(value.toPrecision(3)));

/** Seconds since 1970 at which each value was taken. */
function timesOf({ ended, step_s: step }: GraphsReport, lines: readonly Line[]): readonly number[] {
  const count = lines[0]?.values.length ?? 0;
  const end = Math.round(Date.parse(ended) / 1000);
  return Array.from({ length: count }, (_, at) => end - (count - 1 - at) * step);
}

/** Means of neighbours, so that the table can be read. */
function valuesTable(say: Say, report: GraphsReport, { lines }: Graph): Html {
  const times = timesOf(report, lines);
  const size = Math.max(1, Math.ceil(times.length / rowsMax));
  const ends = times.flatMap((_, at) => ((times.length - 1 - at) % size === 0 ? [at] : []));
  const mean = (values: Line["values"]): string => {
    const known = values.filter((value) => value !== null);
    const sum = known.reduce((total, value) => total + value, 0);
    return known.length === 0 ? "-" : rounded(sum / known.length);
  };
  const rows = ends.reverse().map((end) => {
    const at = new Date((times[end] ?? 0) * 1000).toISOString();
    return html`<tr><th scope="row"><time datetime="${at}">${at.slice(5, 16).replace("T", " ")}</time></th>${lines.map(
      ({ values }) =>
        html`<td class="number">${mean(values.slice(Math.max(0, end + 1 - size), end + 1))}</td>`,
    )}</tr>`;
  });
  return html`<table><thead><tr><th scope="col">${say("graphs.until")}</th>${lines.map(
    ({ label, unit }) =>
      html`<th scope="col" class="number">${unit === "" ? label : `${label} (${unit})`}</th>`,
  )}</tr></thead>
<tbody>${rows}</tbody></table>`;
}
