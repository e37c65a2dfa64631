/** Values as people write them in YAML: in lines, in braces, or alone. */
import { Document, isCollection, isScalar } from "yaml";
import type { Written } from "./edit.ts";

/** A list or a map. */
export const isCollected = (value: Written): boolean => typeof value === "object" && value !== null;

/** In lines of its own, without the last line feed. */
export const blockText = (value: Written): string =>
  new Document(value).toString({ lineWidth: 0 }).replace(/\n$/, "");

/** On one line, as it may stand in braces as well. */
export function flowText(value: Written): string {
  const document = new Document([value]);
  if (isCollection(document.contents)) document.contents.flow = true;
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  // In brackets commas and brackets of a text are quoted; those around it go again.
  return padded(text.trimEnd().slice(1, -1), value);
}

/** `{ a: 1 }`, as people write it. */
const padded = (text: string, value: Written): string =>
  isCollected(value) && !Array.isArray(value) && text !== "{}" ? `{ ${text.slice(1, -1)} }` : text;

/** Alone, in the quotes that stood there where it needs any. */
export function scalarText(value: Written, type?: string): string {
  const document = new Document(value);
  if (isScalar(document.contents) && (type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE"))
    if (typeof value === "string") document.contents.type = type;
  return document.toString({ lineWidth: 0 }).replace(/\n$/, "");
}
