/** The checks of a list: their order, how many must pass, one more, one less. */
import { checkTypeNames } from "../../check/check-types.ts";
import type { Edit } from "../../config/editing/edit.ts";
import { checksMax } from "../../config/schema/check.ts";
import { flagged, type Html, html, nothing } from "../html.ts";
import type { Form, Model } from "../panel.ts";
import {
  anyEdits,
  anyOf,
  type CheckSubject,
  placeOf,
  placesOfAny,
  seenName,
} from "./check-subject.ts";
import { seenAt } from "./value.ts";

/** `may`: it may be changed. */
export function checkListPart(model: Model, subject: CheckSubject, may: boolean): Html {
  const { say } = model;
  const { list, checked, overList } = subject;
  const over = overList && list === null ? html`<p>${say("checks.over-list")}</p>` : nothing;
  if (list === null)
    return html`${over}${may && checked.kind !== "service" ? addForm(model, subject) : nothing}`;
  return html`<section aria-labelledby="checks-title"><h2 id="checks-title">${say("checks.list")}</h2>
${tableForm(model, subject, may)}${anyForm(model, subject, may)}
${may && list.length < checksMax ? addForm(model, subject) : nothing}</section>`;
}

/** The fields of a form that is about all that stands there, as this page shows it. */
export const wholeFields = ({ checked, document, base }: CheckSubject): Html =>
  hiddenFields({ ...placeOf(checked), [seenName]: seenAt(document, [base]) });

const hiddenFields = (fields: Readonly<Record<string, string>>): Html =>
  html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`;

function tableForm(model: Model, subject: CheckSubject, may: boolean): Html {
  const { say, token } = model;
  const { list, at, isNew, checked } = subject;
  const place = placeOf(checked);
  const all = list ?? [];
  const rows = all.map(({ at: index, type }, order) => {
    const to = `/monitoring?${new URLSearchParams({ ...place, at: String(index) })}`;
    const name = say("checks.one", { number: order + 1, type });
    const button = (what: string, text: string): Html =>
      html`<button name="do" value="${what}" aria-label="${`${text}: ${name}`}">${text}</button> `;
    const above = all[order - 1];
    const up = above === undefined ? nothing : button(`lower:${above.at}`, say("checks.up"));
    const down = order + 1 < all.length ? button(`lower:${index}`, say("checks.down")) : nothing;
    const present = index === at && !isNew ? html` aria-current="page"` : nothing;
    return html`<tr><th scope="row"><a href="${to}"${present}>${name}</a></th>${
      may
        ? html`<td>${up}${down}${button(`delete:${index}`, say("virtuals.delete"))}</td>`
        : nothing
    }</tr>`;
  });
  const table = html`<table><thead><tr><th scope="col">${say("checks.check")}</th>${
    may ? html`<th scope="col">${say("checks.change")}</th>` : nothing
  }</tr></thead><tbody>${rows}</tbody></table>`;
  if (!may) return table;
  return html`<form method="post" action="/monitoring/list">${token}${wholeFields(subject)}${table}</form>`;
}

function anyForm(model: Model, subject: CheckSubject, may: boolean): Html {
  const { say, token } = model;
  const value = anyOf(subject);
  const option = (given: string, text: string): Html =>
    html`<option value="${given}"${flagged("selected", given === value)}>${text}</option>`;
  if (!may) return html`<p>${say(value === "true" ? "checks.any" : "checks.all")}</p>`;
  return html`<form method="post" action="/monitoring/any" class="inline">${token}${wholeFields(subject)}
<label for="any">${say("checks.passes")}</label> <select id="any" name="any">${option("", say("form.usual", { value: say("checks.all") }))}${option("false", say("checks.all"))}${option("true", say("checks.any"))}</select>
<button>${say("form.take")}</button></form>`;
}

/** Leads to the form of a new check; nothing is changed by it. */
function addForm({ say }: Model, { checked, list, present }: CheckSubject): Html {
  const isFurther = list === null && present !== "none";
  const options = checkTypeNames
    .filter((name) => name !== "none")
    .map((name) => html`<option value="${name}">${name}</option>`);
  return html`<form method="get" action="/monitoring" class="inline">${hiddenFields({ ...placeOf(checked), at: "new" })}
<label for="new-type">${say(isFurther ? "checks.second" : "checks.add")}</label> <select id="new-type" name="type">${options}</select>
<button>${say("virtuals.add")}</button></form>`;
}

/** What a button of the list does; null: nothing that can be done. */
export function listEdits(subject: CheckSubject, form: Form): readonly Edit[] | null {
  const [, what, place] = /^(lower|delete):(\d{1,2})$/.exec(form.get("do") ?? "") ?? [];
  const { list, base } = subject;
  const order = list?.findIndex(({ at }) => at === Number(place)) ?? -1;
  const chosen = list?.[order];
  const next = list?.[order + 1];
  if (what === undefined || list === null || chosen === undefined) return null;
  const { at } = chosen;
  if (what === "delete") {
    // A list without a check would be none.
    if (list.length === 1) return [{ kind: "remove", path: base }];
    return [...keptAny(subject, at), { kind: "remove", path: [...base, at] }];
  }
  if (next === undefined) return null;
  // What is between the two is no check, and not shown.
  const steps = Array.from({ length: next.at - at }, (_, step) => at + step);
  return steps.map((step): Edit => ({ kind: "lower", path: [...base, step] }));
}

/** What the list says of `any` goes on where the check that says it is deleted. */
function keptAny(subject: CheckSubject, deleted: number): readonly Edit[] {
  const { base, list } = subject;
  const [said, other] = placesOfAny(subject);
  const left = (list ?? []).filter(({ at }) => at !== deleted);
  if (said !== deleted || left.length < 2) return [];
  const heir = other ?? (left.find(({ at }) => at > deleted) ?? left[0])?.at;
  const value = anyOf(subject);
  if (heir === undefined || !(value === "true" || value === "false")) return [];
  return [{ kind: "set", path: [...base, heir, "any"], value: value === "true" }];
}

/** What the choice of `any` changes. */
export function chosenAny(subject: CheckSubject, form: Form): readonly Edit[] {
  const given = form.get("any") ?? "";
  return given === anyOf(subject) ? [] : anyEdits(subject, given === "" ? null : given === "true");
}
