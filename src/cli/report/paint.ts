/** Colours as an argument: reports paint words and do not know whether anybody sees the colour. */
import { styleText } from "node:util";

/** What a word means to the operator, not which colour it has. */
export type Shade = "good" | "bad" | "doubtful" | "quiet" | "strong";

export type Paint = (shade: Shade, text: string) => string;

const formats = {
  good: "green",
  bad: "red",
  doubtful: "yellow",
  quiet: "dim",
  strong: "bold",
} as const;

/** Text without colours, for files, pipes and NO_COLOR. */
export const plain: Paint = (_shade, text) => text;

export const colored: Paint = (shade, text) =>
  styleText(formats[shade], text, { validateStream: false });
