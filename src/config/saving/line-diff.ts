/**
 * The difference of two texts line by line, the way people read it: `-` gone, `+` new, with a few
 * lines around. Pure; Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986), bounded.
 */

/** Edits that are searched for; memory grows with their square. Beyond: the whole text counts as replaced. */
const editsMax = 500;

/** As `diff -u`. */
const around = 3;

type Line = readonly [sign: " " | "-" | "+", text: string];

/** Unified hunks without file names; empty for equal texts. */
export function lineDiff(before: string, after: string): readonly string[] {
  const lines = linesOf(splitLines(before), splitLines(after));
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(([sign]) => sign !== " "),
  );
  const out: string[] = [];
  let [old, now] = [1, 1];
  for (const [at, [sign, text]] of lines.entries()) {
    if (shown[at] && !shown[at - 1]) out.push(`@@ -${old} +${now} @@`);
    if (shown[at]) out.push(`${sign}${text}`);
    if (sign !== "+") old += 1;
    if (sign !== "-") now += 1;
  }
  return out;
}

function splitLines(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function linesOf(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (text: string): Line => [" ", text];
  return [
    ...before.slice(0, head).map(same),
    ...edits(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** The shortest script, by the furthest reach on each diagonal; each round is kept to walk back. */
function edits(before: readonly string[], after: readonly string[]): readonly Line[] {
  const rounds: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let steps = 0; steps <= Math.min(editsMax, before.length + after.length); steps += 1) {
    rounds.push(reach);
    const next = new Map(reach);
    for (let k = -steps; k <= steps; k += 2) {
      const down = k === -steps || (k !== steps && at(next, k - 1) < at(next, k + 1));
      let x = down ? at(next, k + 1) : at(next, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      next.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, rounds);
    }
    reach = next;
  }
  return [...before.map((text): Line => ["-", text]), ...after.map((text): Line => ["+", text])];
}

const at = (reach: ReadonlyMap<number, number>, k: number): number => reach.get(k) ?? -1;

function walkBack(
  before: readonly string[],
  after: readonly string[],
  rounds: readonly ReadonlyMap<number, number>[],
): readonly Line[] {
  const lines: Line[] = [];
  let [x, y] = [before.length, after.length];
  for (let steps = rounds.length - 1; steps >= 0; steps -= 1) {
    const reach = rounds[steps] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -steps || (k !== steps && at(reach, k - 1) < at(reach, k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = steps === 0 ? 0 : at(reach, fromK);
    const fromY = steps === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      lines.push([" ", before[x] ?? ""]);
    }
    if (steps === 0) break;
    if (down) lines.push(["+", after[fromY] ?? ""]);
    else lines.push(["-", before[fromX] ?? ""]);
    [x, y] = [fromX, fromY];
  }
  return lines.reverse();
}
