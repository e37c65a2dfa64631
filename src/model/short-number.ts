/** A number as people read it in a narrow column. */

/** At most six characters: `950`, `12.3k`, `4.56M`. */
export function short(value: number): string {
  if (value < 10_000) return `${value}`;
  const units = ["k", "M", "G", "T"];
  let scaled = value;
  let unit = "";
  for (const next of units) {
    if (scaled < 1000) break;
    scaled /= 1000;
    unit = next;
  }
  return `${scaled >= 100 ? Math.round(scaled) : scaled.toFixed(scaled >= 10 ? 1 : 2)}${unit}`;
}
