/** The name of an entry of a map (a virtual server, a real server) as a field of its form. */
import type { Edit, KeyPath } from "../../config/editing/edit.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Form, Model } from "../panel.ts";
import type { Placed } from "./placed.ts";
import { isName } from "./virtual-server-form.ts";

/** What the form calls it. */
const field = "entry";

/** The name that was given, else the present one. */
export const nameGiven = (form: Form | null, name: string): string =>
  (form?.get(field) ?? name).trim();

/** `label`: what the name is of. */
export function nameInput(
  { say }: Model,
  label: string,
  name: string,
  placed: Placed | null,
): Html {
  const wrong = placed?.byName.get(field)?.[0]?.message ?? null;
  const state =
    wrong === null ? nothing : html` aria-invalid="true" aria-describedby="k-entry-wrong"`;
  return html`<div class="field"><div><label for="k-entry">${label}</label>
<input id="k-entry" name="${field}" value="${name}" maxlength="63" autocomplete="off"${state}>
${wrong === null ? nothing : html`<p class="wrong" id="k-entry-wrong">${wrong}</p>`}</div><p class="hint">${say("form.no-name")}</p></div>`;
}

/** Why an entry cannot be called so; null: it can. */
export function nameRefused({ say }: Model, name: string, isTaken: boolean): Placed | null {
  if (isName(name) && !isTaken) return null;
  const why = problemElsewhere(say(isName(name) ? "form.name-taken" : "form.no-name"));
  return { byName: new Map([[field, [why]]]), within: [], elsewhere: [] };
}

/** What makes an entry called `to` of one at `root`, or a new one at `target`. */
export const entryEdits = (
  { isNew, name, root }: { readonly isNew: boolean; readonly name: string; readonly root: KeyPath },
  target: KeyPath,
  to: string,
): readonly Edit[] =>
  isNew
    ? [{ kind: "set", path: target, value: {} }]
    : to === name
      ? []
      : [{ kind: "rename", path: root, to }];
