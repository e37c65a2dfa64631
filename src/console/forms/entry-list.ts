/**
 * What is done with an entry of a list as a whole: a virtual server, real server, failover service.
 * Each list is a table of words and what they change; the entry is chosen by its name.
 */
import type { Edit } from "../../config/editing/edit.ts";
import { type Html, html } from "../html.ts";
import type { Acted, Form, Model } from "../panel.ts";
import { problemList } from "../web/problems.ts";
import { type Entry, takeEdits } from "./opened.ts";
import { isName } from "./virtual-server-form.ts";

/** What the buttons do, by their values: a text browser distinguishes them in no other way. */
export interface EntryChanges {
  /** `to`: a free name. */
  readonly copy: (entry: Entry, to: string) => readonly Edit[];
  /** `isActive`: as the page showed it. */
  readonly toggle?: (entry: Entry, isActive: boolean | null) => readonly Edit[];
  readonly delete: (entry: Entry) => readonly Edit[];
}

/** A second click says again what the first one said, so that it changes nothing. */
export const shownActive = (name: string, isActive: boolean): Html =>
  html`<input type="hidden" name="${activeName(name)}" value="${String(isActive)}">`;

const activeName = (name: string): string => `active.${name}`;

/** The copy stands first: Enter in the field of its name presses the first button of the form. */
export function entryButtons({ say }: Model, changes: EntryChanges): Html {
  const texts = {
    copy: "virtuals.copy",
    toggle: "virtuals.toggle",
    delete: "virtuals.delete",
  } as const;
  const buttons = (["copy", "toggle", "delete"] as const)
    .filter((word) => changes[word] !== undefined)
    .map((word) => html`<button name="do" value="${word}">${say(texts[word])}</button>`);
  return html`<div class="actions"><label for="to">${say("virtuals.copy-name")}</label><input id="to" name="to" maxlength="63" autocomplete="off">${buttons}</div>`;
}

export interface EntryList {
  readonly entries: readonly Entry[];
  readonly changes: EntryChanges;
  /** The page of the list. */
  readonly page: string;
  /** The list again, with a word above it. */
  readonly show: (above: Html) => Html;
}

/** What was asked of the entry that was chosen. Throws MachineError. */
export async function editEntry(
  model: Model,
  form: Form,
  { entries, changes, page, show }: EntryList,
): Promise<Acted> {
  const { say } = model;
  const again = (why: string): Acted => ({
    kind: "again",
    content: show(html`<p class="notice failed" role="alert">${why}</p>`),
  });
  const entry = entries.find(({ name }) => name === form.get("name"));
  const word = form.get("do") ?? "";
  const isKnown = Object.hasOwn(changes, word) && changes[word as keyof EntryChanges];
  if (entry === undefined || !isKnown) return again(say("virtuals.none-chosen"));
  if (entry.file !== null) return again(say("form.included", { file: entry.file }));
  const to = (form.get("to") ?? "").trim();
  if (word === "copy" && !isName(to)) return again(say("form.no-name"));
  const isTaken = entries.some(({ name }) => name === to);
  if (word === "copy" && isTaken) return again(say("form.name-taken"));
  const taken = await takeEdits(model, editsOf(changes, word as keyof EntryChanges, entry, form));
  if (taken.kind === "taken") return { kind: "done", text: say("form.taken"), to: page };
  return { kind: "again", content: show(problemList(taken.placed.within)) };
}

function editsOf(
  changes: EntryChanges,
  word: keyof EntryChanges,
  entry: Entry,
  form: Form,
): readonly Edit[] {
  switch (word) {
    case "copy":
      return changes.copy(entry, (form.get("to") ?? "").trim());
    case "delete":
      return changes.delete(entry);
    case "toggle": {
      const shown = form.get(activeName(entry.name));
      return changes.toggle?.(entry, shown === null ? null : shown === "true") ?? [];
    }
    default:
      return word satisfies never;
  }
}
