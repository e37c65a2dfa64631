/** A state as people see it: a word, and a colour that says nothing the word does not. */
import { type Html, html } from "../html.ts";
import { messages, type PlainKey, type Say } from "../messages/messages.ts";

const looks: Readonly<Record<string, "good" | "warn" | "bad" | "off">> = {
  active: "good",
  up: "good",
  standby: "good",
  running: "good",
  stopping: "warn",
  failed: "bad",
  starting: "warn",
  checking: "warn",
  reentry: "warn",
  draining: "warn",
  drained: "off",
  disabled: "off",
  unconfigured: "warn",
  panic: "bad",
  sorry: "bad",
  fault: "bad",
  down: "bad",
};

/** A word of the daemon's in the reader's language; one that this console does not know as it is. */
export function wordOf(say: Say, key: string, word: string): string {
  return Object.hasOwn(messages, key) ? say(key as PlainKey) : word;
}

export const stateBadge = (say: Say, state: string | null): Html =>
  badge(looks[state ?? ""] ?? "off", wordOf(say, `state.${state ?? "unknown"}`, state ?? ""));

export const badge = (look: "good" | "warn" | "bad" | "off", word: string): Html =>
  html`<span class="state ${look}">${word}</span>`;

/** Yes or no, where no is bad. */
export const truth = (say: Say, holds: boolean, yes: PlainKey, no: PlainKey): Html =>
  holds ? badge("good", say(yes)) : badge("bad", say(no));

/** An instant as people on several continents read it: UTC, to the second. */
export function instant(at: string): Html {
  const text = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(at)
    ? `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
    : at;
  return html`<time datetime="${at}">${text}</time>`;
}
