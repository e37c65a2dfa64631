/** A form as a page shows it: each key with its label, help, limits, default and what is wrong. */
import type { Document } from "yaml";
import type { KeyPath } from "../../config/editing/edit.ts";
import { type Problem, printProblem } from "../../keys/problem.ts";
import { flagged, type Html, html, nothing } from "../html.ts";
import { messages, type PlainKey } from "../messages/messages.ts";
import type { Form, Model } from "../panel.ts";
import {
  blankRows,
  type Field,
  type Group,
  inputName,
  type Part,
  settingsWord,
  useName,
} from "./field.ts";
import { wordAt } from "./form-edits.ts";
import { type Look, pairsPart, rowsPart } from "./many-part.ts";
import { anywayName, shownHash, shownName } from "./opened.ts";
import { dotted, type Placed } from "./placed.ts";
import { isGiven, isUsed, lineAt, shownAt } from "./value.ts";

/** Which set of labels the fields have: the same key is called differently elsewhere. */
export type Area = "global" | "virtual" | "real" | "check" | "service";

/** A place from which a key is taken where it is left out. */
export interface Inherited {
  readonly document: Document;
  readonly root: KeyPath;
}

export interface FormSection {
  readonly title: PlainKey;
  readonly parts: readonly Part[];
  /** Folded away unless something in it is set or wrong. */
  readonly folded?: boolean;
  /** In place of the page's. */
  readonly inherited?: readonly Inherited[];
}

export interface FormPage {
  readonly area: Area;
  /** `/global/save` */
  readonly action: string;
  /** Names and values of hidden fields. */
  readonly hidden?: Readonly<Record<string, string>>;
  /** What stands above the fields, in the form. */
  readonly above?: Html;
  readonly sections: readonly FormSection[];
  readonly document: Document;
  readonly root: KeyPath;
  readonly inherited?: readonly Inherited[];
  /** Null: it may be sent; else why it is only shown. */
  readonly locked: Html | null;
  readonly placed: Placed | null;
  /** What was sent, to be shown again. */
  readonly given: Form | null;
}

export function labelOf({ say }: Pick<Model, "say">, area: Area, name: string): string {
  const key = `field.${area}.${name.replaceAll(/\.\d+(?=\.|$)/g, "")}`;
  return Object.hasOwn(messages, key) ? say(key as PlainKey) : name;
}

export function formPart(model: Model, page: FormPage): Html {
  const { say, token } = model;
  const { placed, locked } = page;
  const parts = page.sections.flatMap((section) => section.parts);
  const shown = { [shownName]: shownHash(page.document, parts, page.root) };
  const hidden = Object.entries({ ...page.hidden, ...shown }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const sections = page.sections
    .filter(({ parts }) => parts.length > 0)
    .map((section, at) => sectionPart(model, page, section, at));
  const body = html`${page.above ?? nothing}${sections}`;
  if (locked !== null)
    return html`${locked}<form class="editing"><fieldset disabled class="plain">${body}</fieldset></form>`;
  const wrong = placed !== null && placed.byName.size + placed.within.length > 0;
  const anyway = html`<p><input type="checkbox" id="anyway" name="${anywayName}"> <label for="anyway">${say("form.anyway")}</label></p>`;
  return html`${placed === null ? nothing : summary(model, placed)}
<form method="post" action="${page.action}" class="editing">${token}${hidden}${body}
${wrong && page.given !== null ? anyway : nothing}
<button class="main">${say("form.take")}</button></form>`;
}

/** What is wrong, above the form; a field's own problems stand at the field as well. */
function summary({ say }: Model, { byName, within, elsewhere }: Placed): Html {
  if (byName.size + within.length + elsewhere.length === 0) return nothing;
  const links = [...byName].map(
    ([name, problems]) =>
      html`<li><a href="#${idOf(name)}">${name}</a>: ${problems.map(saidAt).join("; ")}</li>`,
  );
  const others = [...within, ...elsewhere].map((one) => html`<li>${shownProblem(one)}</li>`);
  return html`<section class="banner bad" role="alert"><h2>${say("form.wrong")}</h2><ul lang="en">${links}${others}</ul></section>`;
}

const shownProblem = (problem: Problem): string => printProblem({ ...problem, file: null });

/** At a field its key need not be named once more. */
const saidAt = (problem: Problem): string => shownProblem(problem).replace(/^[\w.[\]-]+: /, "");

const idOf = (name: string): string => `k-${name.replaceAll(/[^\w-]/g, "-")}`;

function sectionPart(model: Model, whole: FormPage, section: FormSection, at: number): Html {
  const page = section.inherited === undefined ? whole : { ...whole, inherited: section.inherited };
  const parts = section.parts.map((part) => partPart(model, page, part));
  const title = model.say(section.title);
  const id = `section-${at}`;
  if (section.folded !== true)
    return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${parts}</section>`;
  const matters = (part: Part): boolean =>
    isGiven(page.document, [...page.root, ...part.path]) ||
    [...(page.placed?.byName.keys() ?? [])].some(
      (name) => name === part.name || name.startsWith(`${part.name}.`),
    );
  return html`<details${flagged("open", section.parts.some(matters))}><summary><h2>${title}</h2></summary>${parts}</details>`;
}

function partPart(model: Model, page: FormPage, part: Part): Html {
  if (part.kind === "field") return fieldPart(model, page, part, null);
  const id = idOf(part.name);
  const wrong = page.placed?.byName.get(part.name) ?? [];
  const inner = part.kind === "group" ? part.parts : [];
  // The link of a problem leads to what it is about.
  const own = part.kind === "group" && part.presence.kind !== "always";
  return html`<fieldset${own ? nothing : html` id="${id}"`}><legend>${labelOf(model, page.area, part.name)}</legend>
<p class="hint" id="${id}-help"><span lang="en">${helpText(part.key.help)}</span> ${inheritedWhole(model, page, part)}${keyName(page, part)}</p>
${contentOf(model, page, part)}${wrongPart(id, wrong)}${inner.map((one) => partPart(model, page, one))}</fieldset>`;
}

function contentOf(model: Model, page: FormPage, part: Exclude<Part, Field>): Html {
  if (part.kind === "group") return presencePart(model, page, part);
  const { document, root, given } = page;
  const look: Look = {
    say: model.say,
    document,
    root,
    given,
    id: idOf(part.name),
    blanks: page.locked === null ? blankRows : 0,
    label: (name) => labelOf(model, page.area, name),
    help: (inner) => (inner.kind === "field" ? fieldHelp(model, page, inner) : nothing),
    part: (inner, help) => (inner.kind === "field" ? fieldPart(model, page, inner, help) : nothing),
  };
  return part.kind === "rows" ? rowsPart(part, look) : pairsPart(part, look);
}

/** Whether the map is there, or which word stands in its place. */
function presencePart({ say }: Model, page: FormPage, group: Group): Html {
  const { name, path, presence, key } = group;
  const id = idOf(name);
  const wrong = page.placed?.byName.has(name) === true;
  const at = [...page.root, ...path];
  const state = html` aria-describedby="${id}-help${wrong ? ` ${id}-wrong` : ""}"${wrong ? html` aria-invalid="true"` : nothing}`;
  if (presence.kind === "always") return nothing;
  if (presence.kind === "optional") {
    const used = page.given?.has(useName(name)) ?? isUsed(page.document, at);
    return html`<p><input type="checkbox" id="${id}" name="${useName(name)}"${flagged("checked", used)}${state}> <label for="${id}">${say("form.use")}</label></p>`;
  }
  const present = page.given?.get(useName(name)) ?? wordAt(page.document, at);
  const usual = wholeUnder(page, path) ?? plainWords(key.defaultWords ?? "");
  const known = presence.words.includes(present) || ["", settingsWord].includes(present);
  const choices: readonly (readonly [value: string, text: string])[] = [
    ["", say("form.usual", { value: usual })],
    ...[...presence.words, ...(known ? [] : [present])].map((one) => [one, one] as const),
    [settingsWord, say("form.settings")],
  ];
  return html`<p><label for="${id}">${say("form.as")}</label> <select id="${id}" name="${useName(name)}"${state}>${choices.map(
    ([value, text]) =>
      html`<option value="${value}"${flagged("selected", value === present)}>${text}</option>`,
  )}</select></p>`;
}

/** What counts for a map or list as a whole where it is left out; null: nothing lies under it. */
function wholeUnder({ inherited = [] }: FormPage, path: KeyPath): string | null {
  const under = inherited.find(({ document, root }) => isGiven(document, [...root, ...path]));
  return under === undefined ? null : lineAt(under.document, [...under.root, ...path]);
}

/** A map that is given takes the place of the one under it, whole. */
function inheritedWhole({ say }: Model, page: FormPage, { path }: Part): Html {
  const usual = wholeUnder(page, path);
  return usual === null ? nothing : html`${say("form.inherited-whole", { value: usual })} `;
}

/** `help`: the id of its help, where that does not stand next to it. */
function fieldPart(model: Model, page: FormPage, field: Field, help: string | null): Html {
  const id = idOf(field.name);
  const wrong = page.placed?.byName.get(field.name) ?? [];
  const usual = inheritedAt(page, field);
  const own =
    help === null
      ? html`<p class="hint" id="${id}-help">${fieldHelp(model, page, field)}${keyName(page, field)}</p>`
      : nothing;
  const look = { id, help: help ?? `${id}-help`, wrong: wrong.length > 0, usual };
  return html`<div class="field"><div><label for="${id}">${labelOf(model, page.area, field.name)}</label>
${inputPart(model, page, field, look)}${wrongPart(id, wrong)}</div>
${own}</div>`;
}

const fieldHelp = (model: Model, page: FormPage, field: Field): Html =>
  html`<span lang="en">${helpText(field.key.help)}${limitsOf(field)}</span> ${linesHint(model, field)}${defaultPart(model, field, inheritedAt(page, field))}`;

const linesHint = ({ say }: Model, { input }: Field): Html =>
  input.kind === "list" ? html`${say(input.commas ? "form.commas" : "form.lines")} ` : nothing;

/** What may be written; choices stand in the list already. */
const limitsOf = ({ input, key }: Field): Html =>
  input.kind === "choice" || input.kind === "flag"
    ? nothing
    : html` (${helpText(key.shape.words)})`;

function defaultPart({ say }: Model, { key }: Field, usual: string | null): Html {
  if (usual !== null) return html`${say("form.inherited", { value: usual })} `;
  if (key.defaultWords === null) return html`<strong>${say("form.needed")}</strong> `;
  return html`${say("form.default")} <span lang="en">${helpText(key.defaultWords)}</span>. `;
}

const keyName = ({ root }: FormPage, { path }: Part): Html =>
  html` <code class="key-name">${dotted([...root, ...path])}</code>`;

const wrongPart = (id: string, wrong: readonly Problem[]): Html =>
  wrong.length === 0
    ? nothing
    : html`<p class="wrong" id="${id}-wrong" lang="en">${wrong.map(saidAt).join("; ")}</p>`;

/** What counts where the key is left out, of what lies under it; null: its default. */
function inheritedAt(page: FormPage, field: Field): string | null {
  const { inherited = [], document: own, root: top } = page;
  const [whole] = field.path;
  // Key by key only what stands at the top: a map that is given takes the place of the one below.
  const isInside = field.path.length > 1 && whole !== undefined;
  if (isInside && isGiven(own, [...top, whole])) return null;
  for (const { document, root } of inherited)
    if (isGiven(document, [...root, ...field.path]))
      return shownAt(document, [...root, ...field.path], field);
  return null;
}

/** Characters that are read on one line. */
const lineMax = 80;

interface InputLook {
  readonly id: string;
  /** The id of its help. */
  readonly help: string;
  readonly wrong: boolean;
  readonly usual: string | null;
}

function inputPart(model: Model, page: FormPage, field: Field, look: InputLook): Html {
  const { say } = model;
  const { id, help, wrong, usual } = look;
  const name = inputName(field.name);
  const value =
    page.given?.get(name) ?? shownAt(page.document, [...page.root, ...field.path], field);
  const state = wrong
    ? html` aria-invalid="true" aria-describedby="${id}-wrong ${help}"`
    : html` aria-describedby="${help}"`;
  const { input, key } = field;
  if (input.kind === "choice" || input.kind === "flag") {
    const values = input.kind === "flag" ? ["true", "false"] : input.values;
    const all = value === "" || values.includes(value) ? values : [...values, value];
    const words: Readonly<Record<string, string>> =
      input.kind === "flag" ? { true: say("frame.yes"), false: say("frame.no") } : {};
    const left = usual ?? plainWords(key.defaultWords ?? "");
    const leftOut = words[left] ?? left;
    return html`<select id="${id}" name="${name}"${state}>
<option value="">${leftOut === "" ? say("form.choose") : say("form.usual", { value: leftOut })}</option>${all.map(
      (one) =>
        html`<option value="${one}"${flagged("selected", one === value)}>${words[one] ?? one}</option>`,
    )}</select>`;
  }
  // Words fit on a line with commas between them; texts have lines of their own.
  const isLong = input.kind === "list" && (!input.commas || value.length > lineMax);
  const rows = Math.min(20, value.split("\n").length + 1);
  if (isLong || value.includes("\n"))
    return html`<textarea id="${id}" name="${name}" rows="${rows}" spellcheck="false"${state}>
${value}</textarea>`;
  const placeholder = usual ?? String(key.defaultValue ?? "");
  return html`<input id="${id}" name="${name}" value="${value}" placeholder="${placeholder}" autocomplete="off" spellcheck="false"${state}>`;
}

const plainWords = (text: string): string => text.replaceAll("`", "");

/** The schema's Markdown: words between backticks are code. */
export function helpText(text: string): Html {
  // A link to a page of the documentation: the console has none of them to lead to.
  const pieces = text.replaceAll(/\[([\w./-]+)\]\(\1\)/g, "`docs/$1`").split("`");
  return html`${pieces.map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}
