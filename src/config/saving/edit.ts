/**
 * Edits of the operator's text that leave every other byte as it is: comments, order, quotes and
 * line ends are theirs. Knows YAML by the `yaml` library's document; knows one key, `serial`.
 */
import { isAlias, isMap, isScalar, parseDocument } from "yaml";

/** `yaml` would compare every key with every other; the reader has found equal ones already. */
const parsing = { version: "1.2", logLevel: "error", uniqueKeys: false } as const;

/**
 * The text, which the reader accepts, with this serial in it; null where no safe place for it is
 * found (no map, broken YAML).
 * A key that is missing becomes the first line of the map.
 */
export function withSerial(text: string, serial: number): string | null {
  const document = parseDocument(text, parsing);
  const { contents } = document;
  if (document.errors.length > 0 || !isMap(contents)) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === "serial");
  const spliced =
    pair === undefined
      ? inserted(text, contents.flow === true, offsetOf(contents.items[0]?.key), serial)
      : replaced(text, pair.value, serial);
  if (spliced === null) return null;
  // Whatever the text looks like, what is returned says this serial and is YAML still.
  const judged = parseDocument(spliced, parsing);
  return judged.errors.length === 0 && judged.get("serial") === serial ? spliced : null;
}

const offsetOf = (node: unknown): number | null =>
  (isScalar(node) ? node.range?.[0] : undefined) ?? null;

function replaced(text: string, value: unknown, serial: number): string | null {
  if (!isScalar(value) && !isAlias(value)) return null;
  const [from, to] = value.range ?? [];
  if (from === undefined || to === undefined) return null;
  // `serial:` without a value has an empty range right behind the colon.
  const gap = from === to ? " " : "";
  return `${text.slice(0, from)}${gap}${serial}${text.slice(to)}`;
}

function inserted(text: string, flow: boolean, at: number | null, serial: number): string | null {
  if (at === null) return null;
  if (flow) return `${text.slice(0, at)}"serial": ${serial}, ${text.slice(at)}`;
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const indentation = text.slice(lineStart, at);
  if (indentation.trim() !== "") return null;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return `${text.slice(0, lineStart)}${indentation}serial: ${serial}${newline}${text.slice(lineStart)}`;
}
