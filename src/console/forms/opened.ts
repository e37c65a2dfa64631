/**
 * What forms are about: the draft's main file, and what it includes. Included files are shown; they
 * are not the console's to store, since a saving carries the main file alone.
 */
import type { Document } from "yaml";
import type { Edit, KeyPath } from "../../config/editing/edit.ts";
import { parsed } from "../../config/editing/with-edits.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import { type Draft, edited } from "../drafts/draft.ts";
import { isRefusedDraft, type Refused } from "../drafts/drafts.ts";
import { keepingLatest } from "../drafts/latest.ts";
import { readDraft } from "../drafts/read-draft.ts";
import type { Form, Model } from "../panel.ts";
import type { Part } from "./field.ts";
import { formEdits } from "./form-edits.ts";
import { type Placed, placed } from "./placed.ts";
import { namesAt, seenAt } from "./value.ts";

export interface Opened {
  readonly draft: Draft;
  /** The main file. */
  readonly document: Document;
}

/** Throws MachineError where the daemon does not answer. */
export async function openDraft({ draft }: Pick<Model, "draft">): Promise<Opened> {
  const open = await draft.open();
  return { draft: open, document: documentOf(open.text) };
}

/** Only looked at: edits work on a document of their own. */
const shown = keepingLatest(
  (_: null, text: string): Document => parsed(text),
  () => "",
);
const documentOf = (text: string): Document => shown(null, text);

/** An entry of a map of the configuration, and the document in which it stands. */
export interface Entry {
  readonly name: string;
  readonly root: KeyPath;
  readonly document: Document;
  /** The included file that holds it; null: the main file, which can be edited. */
  readonly file: string | null;
}

/** Every virtual server, those of included files after those of the main one. */
export function virtualServersIn({ draft, document }: Opened): readonly Entry[] {
  // A draft that has taken them in includes none any more.
  const files = document.has("include") ? draft.base.includes : [];
  const included = files.map(({ path, text }) => ({ file: path, of: parsed(text) }));
  return [{ file: null, of: document }, ...included].flatMap(({ file, of }) =>
    namesAt(of, ["virtual_servers"]).map((name) => ({
      name,
      file,
      document: of,
      root: ["virtual_servers", name],
    })),
  );
}

/** The failover services: an included file has none. */
export const failoverServicesIn = ({ document }: Opened): readonly Entry[] => {
  const root = ["failover", "services"];
  return namesAt(document, root).map((name) => ({
    name,
    document,
    file: null,
    root: [...root, name],
  }));
};

/** What a form is about. */
export interface About {
  readonly parts: readonly Part[];
  readonly root: KeyPath;
  /** Edits that come first: a new name, a new entry. */
  readonly first?: readonly Edit[];
  /** Edits that follow from those of the fields. */
  readonly last?: readonly Edit[];
  /** Where the fields stand before `first`; default `root`. */
  readonly from?: KeyPath;
  /** What becomes wrong elsewhere is this form's too: it changes what lies over other keys. */
  readonly reaches?: boolean;
}

export type Taken =
  | { readonly kind: "taken" }
  /** `given`: what of the form is shown again; null: nothing, what stands there now is another. */
  | { readonly kind: "wrong"; readonly placed: Placed; readonly given: Form | null };

/** The field by which an edit is taken although it is not valid yet. */
export const anywayName = "anyway";

/** The field with which a form sends what its page showed, as `shownHash` has it. */
export const shownName = "shown";

/** What the fields of a form show: values that another window has changed make it another. */
export const shownHash = (document: Document, parts: readonly Part[], root: KeyPath): string =>
  seenAt(
    document,
    parts.map(({ path }) => [...root, ...path]),
  );

/** Takes what a form says into the draft, or says what is wrong with it. Throws MachineError. */
export async function takeForm(model: Model, form: Form, about: About): Promise<Taken> {
  const { draft, document } = await openDraft(model);
  const { parts, root, first = [], last = [], from = root } = about;
  const { edits, refused, orders } = formEdits(form, parts, { document, root: from });
  const moved = edits.map((edit) => ({
    ...edit,
    path: [...root, ...edit.path.slice(from.length)],
  }));
  const all = [...first, ...moved, ...last];
  const unread = refused.map(({ name, why }): readonly [string, readonly Problem[]] => [
    name,
    [problemElsewhere(model.say(why))],
  ]);
  if (all.length === 0 && unread.length === 0) return { kind: "taken" };
  const wrong = (placed: Placed, given: Form | null = form): Taken => ({
    kind: "wrong",
    placed,
    given,
  });
  const isAsShown = form.get(shownName) === shownHash(document, parts, from);
  if (!isAsShown) return wrong(noted(model.say("checks.changed-meanwhile")), null);
  const after = edited(draft, all);
  if ("refused" in after) return wrong({ ...noted(after.refused), byName: new Map(unread) });
  const known = placed(newProblems(draft, after.draft), parts, {
    text: after.draft.text,
    root,
    orders,
    document: documentOf(after.draft.text),
  });
  const found = about.reaches === true ? withElsewhere(known) : known;
  const isWrong = found.byName.size + found.within.length > 0 && !form.has(anywayName);
  if (isWrong || unread.length > 0)
    return wrong({ ...found, byName: new Map([...found.byName, ...unread]) });
  const isAsRead = (await model.draft.open()).text === draft.text;
  return isAsRead ? takenOr(model, await model.draft.put(after.draft.text)) : takeEdits(model, all);
}

/** What concerns the form as a whole. */
const noted = (why: string): Placed => ({
  byName: new Map(),
  within: [problemElsewhere(why)],
  elsewhere: [],
});

const withElsewhere = ({ byName, within, elsewhere }: Placed): Placed => ({
  byName,
  within: [...within, ...elsewhere],
  elsewhere: [],
});

/** Takes edits that no field is about. Throws MachineError. */
export async function takeEdits(model: Model, edits: readonly Edit[]): Promise<Taken> {
  return takenOr(model, await model.draft.edit(edits));
}

function takenOr(model: Model, kept: Draft | Refused): Taken {
  if (!isRefusedDraft(kept)) return { kind: "taken" };
  const why = kept.refused === "not-editable" ? kept.why : model.say("review.no-room");
  return { kind: "wrong", placed: noted(why), given: null };
}

/** What is wrong with a draft as it stands. */
export function problemsOf(draft: Draft): readonly Problem[] {
  const read = readDraft(draft.base, draft.text);
  return "problems" in read ? read.problems : [];
}

function newProblems(before: Draft, after: Draft): readonly Problem[] {
  const known = new Set(problemsOf(before).map(({ message }) => message));
  return problemsOf(after).filter(({ message }) => !known.has(message));
}
