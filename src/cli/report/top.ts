/** The screen of `lvsd top`, as lines that fit it. Knows no terminal and no clock. */
import type { RatesReport, RealServerStatus, Status } from "../../control/api.ts";
import { endpoint, ratesBy } from "../../control/rates.ts";
import type { Rates } from "../../kernel/ipvs-rates.ts";
import { short } from "../../model/short-number.ts";
import type { Paint, Shade } from "./paint.ts";
import { localTime } from "./time.ts";

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Rows of the table that are above the screen. */
  readonly above: number;
}

/** Columns behind the name, each with a space before it. */
const widths = {
  state: 8,
  weight: 6,
  active: 7,
  inactive: 7,
  connections: 7,
  in: 7,
  out: 7,
} as const;
const nameMin = 16;

/** Lines above the table, and the one below it. */
export const headLines = 4;
const footLines = 1;

interface Row {
  readonly name: string;
  readonly state: string;
  readonly weight: string;
  readonly active: number;
  readonly inactive: number;
  readonly rates: Rates | null;
  readonly shade: Shade | null;
}

const stateShades: Readonly<Record<string, Shade>> = {
  up: "good",
  down: "bad",
  disabled: "quiet",
  drained: "quiet",
};
const shadeOf = (state: string): Shade => stateShades[state] ?? "doubtful";

/** How many rows the table has: what scrolling is bounded by. */
export const rowsOf = ({ virtual_servers: servers }: Status): number =>
  servers.reduce((sum, { real_servers: reals }) => sum + 1 + reals.length, 0);

/** `rows` lines of at most `columns` characters, colours aside. */
export function topScreen(
  status: Status,
  rates: RatesReport | null,
  { columns, rows, above }: Screen,
  paint: Paint,
): readonly string[] {
  const rest = Object.values(widths).reduce((sum, width) => sum + width + 1, 0);
  const nameWidth = Math.max(nameMin, columns - rest);
  const room = Math.max(0, rows - headLines - footLines);
  const all = tableOf(status, rates);
  const shown = all.slice(above, above + room);
  const table = shown.map((row) => rowLine(row, nameWidth, columns, paint));
  const blank = Array.from({ length: room - table.length }, () => "");
  const more =
    all.length > room ? `${above + 1} to ${above + shown.length} of ${all.length}  ` : "";
  return [
    ...head(status, rates, columns, paint),
    paint("strong", headings(nameWidth, columns)),
    ...table,
    ...blank,
    paint("quiet", clip(`${more}q quit  up, down scroll`, columns)),
  ].slice(0, rows);
}

const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}~`;

function head(
  status: Status,
  rates: RatesReport | null,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { role, state, peer, config, faults } = status;
  const own = `lvsd ${role ?? "no role"}  ${state} since ${localTime(status.since)}`;
  const other =
    peer === null
      ? "no peer"
      : `peer ${peer.alive ? (peer.state ?? "alive") : "dead"}${peer.config_match === false ? ", other configuration" : ""}`;
  const trouble = [...faults.map(({ text }) => text), ...(status.ipvs.last_error ?? "").split("\n")]
    .filter((text) => text !== "")
    .join("; ");
  const good = state === "active" || state === "standby";
  return [
    paint(good ? "strong" : "bad", clip(own, columns)),
    clip(`${other}  configuration ${config.serial}  ${totals(rates)}`, columns),
    trouble === "" ? "" : paint("bad", clip(trouble, columns)),
  ];
}

function totals(rates: RatesReport | null): string {
  if (rates === null) return "rates unknown";
  const sum = (of: keyof Rates): number =>
    rates.services.reduce((total, service) => total + service[of], 0);
  return `${short(sum("connections"))} conn/s  in ${short(sum("bytes_in"))}B/s  out ${short(sum("bytes_out"))}B/s`;
}

const headings = (nameWidth: number, columns: number): string =>
  clip(
    [
      "NAME".padEnd(nameWidth),
      "STATE".padEnd(widths.state),
      ...(
        [
          ["WEIGHT", widths.weight],
          ["ACTIVE", widths.active],
          ["INACT", widths.inactive],
          ["CONN/S", widths.connections],
          ["IN B/S", widths.in],
          ["OUT B/S", widths.out],
        ] as const
      ).map(([text, width]) => text.padStart(width)),
    ].join(" "),
    columns,
  );

function tableOf(status: Status, rates: RatesReport | null): readonly Row[] {
  const by = ratesBy(rates);
  return status.virtual_servers.flatMap((server) => {
    const { whole, of } = by(server);
    const { name, state, active_connections: active, inactive_connections: inactive } = server;
    const where =
      server.fwmark === null ? `${server.protocol} ${endpoint(server)}` : `fwmark ${server.fwmark}`;
    return [
      {
        name: `${name} ${where}`,
        state,
        weight: "",
        active,
        inactive,
        rates: whole,
        shade: shadeOf(state),
      },
      ...server.real_servers.map((real): Row => realRow(real, of(real))),
    ];
  });
}

const realRow = (real: RealServerStatus, rates: Rates | null): Row => ({
  name: `  ${real.name} ${endpoint(real)}`,
  state: real.state,
  rates,
  weight: `${real.effective_weight}`,
  shade: shadeOf(real.state),
  active: real.active_connections,
  inactive: real.inactive_connections,
});

function rowLine(row: Row, nameWidth: number, columns: number, paint: Paint): string {
  const { rates } = row;
  const number = (value: number | undefined, width: number): string =>
    (value === undefined ? "-" : short(value)).padStart(width);
  const left = clip(row.name, nameWidth).padEnd(nameWidth);
  const state = clip(row.state, widths.state).padEnd(widths.state);
  const right = [
    row.weight.padStart(widths.weight),
    number(row.active, widths.active),
    number(row.inactive, widths.inactive),
    number(rates?.connections, widths.connections),
    number(rates?.bytes_in, widths.in),
    number(rates?.bytes_out, widths.out),
  ].join(" ");
  const whole = `${left} ${state} ${right}`;
  if (whole.length > columns) return clip(whole, columns);
  return row.shade === null ? whole : `${left} ${paint(row.shade, state)} ${right}`;
}
