/**
 * How large an event may be. Its texts come from programs, files and other machines; the newest
 * thousand events are kept, and sent to whoever asks.
 */
import type { EventBody } from "./event.ts";
import { clipped } from "./printable.ts";

/** Longer than any sentence of lvsd's own. */
const textCharactersMax = 4096;

/** Of a list together, and of the sentence that repeats it: a thousand VIPs need a third. */
const listCharactersMax = 64 * 1024;

/** The same event, with texts and lists cut to their bounds. */
export function boundedEvent(body: EventBody): EventBody {
  let changed = false;
  const entries = Object.entries(body).map(([key, value]: [string, unknown]) => {
    const bound = boundedValue(value);
    changed ||= bound !== value;
    return [key, bound] as const;
  });
  // Only texts and lists of texts were cut, so that the type stays what it was.
  return changed ? (Object.fromEntries(entries) as unknown as EventBody) : body;
}

/** The sentence of an event, cut as well. */
export const boundedSentence = (sentence: string): string => clipped(sentence, listCharactersMax);

function boundedValue(value: unknown): unknown {
  if (typeof value === "string") return clipped(value, textCharactersMax);
  if (!Array.isArray(value)) return value;
  const kept: string[] = [];
  let characters = 0;
  for (const each of value) {
    const text = clipped(String(each), textCharactersMax);
    characters += text.length;
    if (characters > listCharactersMax) return [...kept, `… ${value.length - kept.length} more`];
    kept.push(text);
  }
  return kept.every((text, at) => text === value[at]) ? value : kept;
}
