/** The checks of a list: their order, how many must pass, one more, one less. */
import { checkTypeNames } from "../../check/check-types.ts";
import type { Edit } from "../../config/editing/edit.ts";
import { checksMax } from "../../config/schema/check.ts";
import { flagged, type Html, html, nothing } from "../html.ts";
import type { Form, Model } from "../panel.ts";
import { anyEdits, anyOf, type CheckSubject, placeOf } from "./check-subject.ts";
import { isGiven } from "./value.ts";

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
    const up = order > 0 ? button(`lower:${index - 1}`, say("checks.up")) : nothing;
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
  return html`<form method="post" action="/monitoring/list">${token}${hiddenFields(place)}${table}</form>`;
}

function anyForm(model: Model, subject: CheckSubject, may: boolean): Html {
  const { say, token } = model;
  const value = anyOf(subject);
  const option = (given: string, text: string): Html =>
    html`<option value="${given}"${flagged("selected", given === value)}>${text}</option>`;
  if (!may) return html`<p>${say(value === "true" ? "checks.any" : "checks.all")}</p>`;
  return html`<form method="post" action="/monitoring/any" class="inline">${token}${hiddenFields(placeOf(subject.checked))}
<label for="any">${say("checks.passes")}</label> <select id="any" name="any">${option("", say("form.usual", { value: say("checks.all") }))}${option("false", say("checks.all"))}${option("true", say("checks.any"))}</select>
<button>${say("form.take")}</button></form>`;
}

/** Leads to the form of a new check; nothing is changed by it. */
function addForm({ say }: Model, { checked, list, document, base }: CheckSubject): Html {
  const isFirst = list === null && !isGiven(document, base);
  const options = checkTypeNames
    .filter((name) => name !== "none")
    .map((name) => html`<option value="${name}">${name}</option>`);
  return html`<form method="get" action="/monitoring" class="inline">${hiddenFields({ ...placeOf(checked), at: "new" })}
<label for="new-type">${say(isFirst || list === null ? "checks.second" : "checks.add")}</label> <select id="new-type" name="type">${options}</select>
<button>${say("virtuals.add")}</button></form>`;
}

/** What a button of the list does; null: nothing that can be done. */
export function listEdits({ list, base }: CheckSubject, form: Form): readonly Edit[] | null {
  const [, what, place] = /^(lower|delete):(\d{1,2})$/.exec(form.get("do") ?? "") ?? [];
  const at = Number(place);
  if (what === undefined || list === null) return null;
  if (what === "lower") return [{ kind: "lower", path: [...base, at] }];
  const isListed = list.some((one) => one.at === at);
  if (!isListed) return null;
  // A list without a check would be none.
  return [{ kind: "remove", path: list.length === 1 ? base : [...base, at] }];
}

/** What the choice of `any` changes. */
export function chosenAny(subject: CheckSubject, form: Form): readonly Edit[] {
  const given = form.get("any") ?? "";
  return given === anyOf(subject) ? [] : anyEdits(subject, given === "" ? null : given === "true");
}
