/** A panel that is one form over keys of the whole configuration. */
import { rootKeys } from "../../config/schema/root.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import type { DescribedKey } from "../../keys/shape.ts";
import { messageOf } from "../../model/error.ts";
import { type Html, html, nothing } from "../html.ts";
import type { PlainKey } from "../messages/messages.ts";
import type { Acted, Form, Model, Panel } from "../panel.ts";
import { problemList } from "../web/problems.ts";
import { partsOf } from "./field.ts";
import { type FormSection, formPart } from "./form.ts";
import { type Opened, openDraft, problemsOf, takeForm } from "./opened.ts";
import { type Placed, placed } from "./placed.ts";

export interface Settings {
  readonly path: `/${string}`;
  readonly title: PlainKey;
  readonly help: PlainKey;
  /** Keys in `restOf` that another panel has. */
  readonly elsewhere?: readonly string[];
  /** Dotted keys under their headings. */
  readonly sections: readonly {
    readonly title: PlainKey;
    readonly keys: readonly string[];
    /** Maps whose keys that no section of this panel lists are shown behind those, as they come. */
    readonly restOf?: readonly string[];
    readonly folded?: boolean;
  }[];
}

export function settingsPanel({ path, title, help, elsewhere, sections }: Settings): Panel {
  const listed = [...sections.flatMap(({ keys }) => keys), ...(elsewhere ?? [])];
  const isListed = (key: string): boolean =>
    listed.some((one) => one === key || one.startsWith(`${key}.`));
  const made: readonly FormSection[] = sections.map(({ keys, restOf = [], ...rest }) => ({
    ...rest,
    parts: partsOf(rootKeys, [...keys, ...restOf.flatMap(keysIn).filter((key) => !isListed(key))]),
  }));
  const parts = made.flatMap((section) => section.parts);
  const show = (model: Model, opened: Opened, wrong: Placed | null, given: Form | null): Html =>
    formPart(model, {
      area: "global",
      action: `${path}/save`,
      sections: made,
      root: [],
      document: opened.document,
      given,
      locked: lockedFor(model),
      placed: wrong ?? presentProblems(opened, parts, []),
    });
  const render = (model: Model): Promise<Html> =>
    orWhyNot(async () => show(model, await openDraft(model), null, null));
  const save = async (model: Model, form: Form): Promise<Acted> => {
    if (!model.may("configure")) return { kind: "forbidden" };
    const taken = await takeForm(model, form, { parts, root: [] });
    if (taken.kind === "taken") return { kind: "done", text: model.say("form.taken"), to: path };
    const content = show(model, await openDraft(model), taken.placed, taken.given);
    return { kind: "again", content };
  };
  return {
    path,
    title,
    help,
    access: "read",
    edits: [{ under: "", parts }],
    render,
    actions: { save },
  };
}

/** The dotted keys of a map of the configuration, `failover.announce`. */
function keysIn(path: string): readonly string[] {
  let keys: Readonly<Record<string, DescribedKey>> = rootKeys;
  for (const name of path.split(".")) {
    const inside = keys[name]?.shape.inside;
    if (inside === undefined || inside.kind === "each")
      throw new RangeError(`${path} is no map of keys`);
    keys = inside.keys;
  }
  return Object.keys(keys).map((name) => `${path}.${name}`);
}

/** Why a form is only shown; null: the user may send it. */
export const lockedFor = (model: Model): Html | null =>
  model.may("configure") ? null : html`<p class="notice">${model.say("form.locked")}</p>`;

/** What is wrong with the draft as it stands, at the fields of a form. */
export function presentProblems(
  { draft, document }: Opened,
  parts: Parameters<typeof placed>[1],
  root: Parameters<typeof placed>[2]["root"],
): Placed {
  const found = placed(problemsOf(draft), parts, { text: draft.text, document, root });
  return { ...found, elsewhere: [] };
}

/** A page, or why it cannot be shown: the daemon does not answer. */
export async function orWhyNot(page: () => Promise<Html>): Promise<Html> {
  try {
    return await page();
  } catch (thrown) {
    return html`${problemList([problemElsewhere(messageOf(thrown))])}${nothing}`;
  }
}
