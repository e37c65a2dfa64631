/**
 * Graphs, drawn by uPlot from the numbers that stand in the page, next to a summary in words for
 * those who do not see them.
 */
import uPlot from "uplot";

/** What the console writes into `data-graph`. */
interface Graph {
  /** Seconds since 1970, growing. */
  readonly times: readonly number[];
  readonly lines: readonly {
    readonly label: string;
    readonly unit: string;
    /** Null: nothing was measured. */
    readonly values: readonly (number | null)[];
  }[];
}

const heightPx = 190;
/** Distinguished by those who do not see colours too (Okabe and Ito), on light and on dark. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const coloursOnDark = ["#56b4e9", "#e69f00", "#2fc79a", "#e8a6cd"];

const grid = "#dfe4e9";
const gridOnDark = "#2c343b";

const drawn = new Map<Element, uPlot>();
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Draws what stands in the page, again after each change of it. */
export function drawGraphs(): void {
  const draw = () => {
    for (const [place, plot] of drawn)
      if (!place.isConnected || place.getAttribute("data-drawn") === null) {
        plot.destroy();
        drawn.delete(place);
      }
    for (const place of document.querySelectorAll<HTMLElement>("[data-graph]")) drawOne(place);
  };
  document.addEventListener("lvsd:changed", draw);
  dark.addEventListener("change", () => {
    for (const place of drawn.keys()) place.removeAttribute("data-drawn");
    draw();
  });
  addEventListener("resize", () => {
    for (const [place, plot] of drawn) plot.setSize({ width: widthOf(place), height: heightPx });
  });
  draw();
}

const widthOf = (place: Element): number => Math.max(200, place.clientWidth);

function drawOne(place: HTMLElement): void {
  const text = place.dataset.graph ?? "";
  if (place.dataset.drawn === text || text === "") return;
  const { times, lines } = JSON.parse(text) as Graph;
  drawn.get(place)?.destroy();
  place.replaceChildren();
  place.dataset.drawn = text;
  // A canvas knows no light-dark() of style sheets.
  const line = { stroke: dark.matches ? gridOnDark : grid, width: 1 };
  const axis = { stroke: getComputedStyle(document.body).color, grid: line, ticks: line };
  const palette = dark.matches ? coloursOnDark : colours;
  const plot = new uPlot(
    {
      width: widthOf(place),
      height: heightPx,
      scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, high ?? 1)] } },
      // As everywhere in the console: UTC, in 24 hours.
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      axes: [
        { ...axis, space: 60, values: (_, ticks) => ticks.map((tick) => clock(tick)) },
        { ...axis, size: 64, values: (_, ticks) => ticks.map(short) },
      ],
      series: [
        { label: "UTC", value: (_, at) => (at === null ? "" : clock(at)) },
        ...lines.map(({ label, unit }, at) => ({
          label,
          stroke: palette[at % palette.length] ?? "gray",
          width: 1.5,
          spanGaps: false,
          value: (_: uPlot, value: number | null) =>
            value === null ? "" : `${short(value)} ${unit}`.trim(),
        })),
      ],
    },
    [[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData,
    place,
  );
  drawn.set(place, plot);
}

/** `07:30`. */
const clock = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 16);

/** `12500` as `12.5k`. */
function short(value: number): string {
  for (const [size, mark] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(3))}${mark}`;
  return String(Number(value.toPrecision(3)));
}
