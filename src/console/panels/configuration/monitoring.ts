/**
 * MONITORING SCRIPTS: how something is checked, the type chosen first and its keys then; lists of
 * checks; and Try, which runs the check that is loaded once, now, and shows it.
 */
import { type CheckTypeName, checkTypeNames, typeNamed } from "../../../check/check-types.ts";
import type { Edit } from "../../../config/editing/edit.ts";
import { keysOf } from "../../../config/schema/check.ts";
import { checkListPart, chosenAny, listEdits, wholeFields } from "../../forms/check-list.ts";
import {
  type CheckSubject,
  checkSubjectIn,
  placeOf,
  seenName,
  seenOf,
  sentSubjectIn,
  strangeEdits,
  typeAt,
} from "../../forms/check-subject.ts";
import { allParts, type Part, partsOf } from "../../forms/field.ts";
import { type FormSection, formPart, helpText, type Inherited } from "../../forms/form.ts";
import { formEdits } from "../../forms/form-edits.ts";
import { type Entry, type Opened, openDraft, takeEdits, takeForm } from "../../forms/opened.ts";
import type { Placed } from "../../forms/placed.ts";
import { lockedFor, orWhyNot, presentProblems } from "../../forms/settings-panel.ts";
import { isGiven } from "../../forms/value.ts";
import { lockedEntry, serviceTabs, tabsPart } from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import { conversationPart } from "../../monitor/conversation.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import { problemList } from "../../web/problems.ts";

const rhythm = ["interval", "timeout", "fall", "fall_interval", "rise"];

/** `inherited`: what lies under it, whose rhythm counts whatever its type. */
function sectionsOf(
  type: CheckTypeName,
  inherited: readonly Inherited[] = [],
): readonly FormSection[] {
  if (type === "none") return [];
  const keys = keysOf(type);
  return [
    { title: "monitoring.keys", parts: allParts(keys, ["type", "any", ...rhythm]) },
    { title: "monitoring.rhythm", parts: partsOf(keys, rhythm), inherited },
  ];
}

const partsFor = (type: CheckTypeName): readonly Part[] =>
  sectionsOf(type).flatMap((section) => section.parts);

/** The type and `any` have forms of their own. */
const editedParts = [
  ...partsOf(keysOf("tcp"), ["type", "any"]),
  ...checkTypeNames.flatMap(partsFor),
];
const owners = [
  "defaults",
  "virtual_servers.NAME",
  "virtual_servers.NAME.real_servers.NAME",
  "failover.services.NAME",
];

export const monitoringPanel: Panel = {
  path: "/monitoring",
  title: "monitoring.panel",
  help: "monitoring.help",
  access: "read",
  menu: false,
  within: "/virtual-servers",
  edits: owners.map((owner) => ({ under: `${owner}.check`, parts: editedParts })),
  render: (model) =>
    orWhyNot(async () => {
      const opened = await openDraft(model);
      const subject = checkSubjectIn(opened, model.query);
      return subject === null ? gone(model) : show(model, opened, subject, {});
    }),
  actions: {
    save,
    try: tryCheck,
    list: changed(listEdits),
    any: changed(chosenAny),
    remove: changed(({ base }) => [{ kind: "remove", path: base }]),
  },
};

interface Look {
  readonly wrong?: Placed;
  readonly given?: Form | null;
  readonly tried?: Html;
  /** Why nothing was done. */
  readonly word?: string;
}

/** The fields that lead to this very check. */
const whereOf = ({ checked, at, isNew }: CheckSubject): Readonly<Record<string, string>> => ({
  ...placeOf(checked),
  ...(isNew ? { at: "new" } : at === null ? {} : { at: String(at) }),
});

const lockedCheck = (model: Model, { checked, file }: CheckSubject): Html | null =>
  checked.kind === "virtual-server"
    ? lockedEntry(model, { ...checked.entry, file })
    : lockedFor(model);

function show(model: Model, opened: Opened, subject: CheckSubject, look: Look): Html {
  const { checked, root, type, isNew, document, base, file } = subject;
  const sections = sectionsOf(type, subject.inherited);
  const parts = sections.flatMap((section) => section.parts);
  // Keys of another type mean nothing here.
  const inherited = subject.inherited.filter(
    (place) => typeAt(place.document, place.root) === type,
  );
  const locked = lockedCheck(model, subject);
  const isAlone = subject.list === null && !isNew && isGiven(document, base);
  const present = file !== null || isNew ? null : presentProblems(opened, parts, root);
  const { word } = look;
  const notice =
    word === undefined ? nothing : html`<p class="notice failed" role="alert">${word}</p>`;
  return html`${headPart(model, subject)}${notice}
${checkListPart(model, subject, locked === null)}
${titlePart(model, subject)}
${typeForm(model, subject)}${look.tried ?? nothing}
${formPart(model, {
  area: "check",
  action: "/monitoring/save",
  sections,
  root,
  inherited,
  document,
  hidden: { ...whereOf(subject), type, [seenName]: seenOf(subject) },
  locked,
  given: look.given ?? null,
  placed: look.wrong ?? present,
})}${isAlone && locked === null ? removeForm(model, subject) : nothing}
${checked.kind === "virtual-server" ? tryForm(model, checked.entry, checked.realServer) : nothing}`;
}

/** Which check of a list the form below is about. */
function titlePart({ say }: Model, { isNew, list, at, type }: CheckSubject): Html {
  const joins = at === null ? nothing : html`<p>${say("checks.new-more")}</p>`;
  if (isNew) return html`<h2>${say("checks.new")}</h2>${joins}`;
  const order = list?.findIndex((one) => one.at === at) ?? -1;
  return order < 0 ? nothing : html`<h2>${say("checks.this", { number: order + 1, type })}</h2>`;
}

function headPart(model: Model, { checked }: CheckSubject): Html {
  const { say } = model;
  switch (checked.kind) {
    case "virtual-server": {
      const { entry, realServer: name } = checked;
      return html`${tabsPart(model, entry.name, "/monitoring")}
${name === null ? nothing : html`<p>${say("monitoring.of-server", { name })}</p>`}`;
    }
    case "service":
      return html`${serviceTabs(model, checked.entry.name, "/monitoring")}
<p>${say("checks.of-service", { name: checked.entry.name })}</p>`;
    case "defaults":
      return html`<p><a href="/virtual-server?defaults=1">${say("virtuals.defaults")}</a></p>
<p>${say("checks.of-defaults")}</p>`;
    default:
      return checked satisfies never;
  }
}

/** The type leads to its keys; nothing is changed by it. */
function typeForm({ say }: Model, subject: CheckSubject): Html {
  const { type, list, isNew } = subject;
  const hidden = Object.entries(whereOf(subject)).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  // Among several one that always passes is none.
  const types = checkTypeNames.filter((one) => one !== "none" || (list === null && !isNew));
  const options = types.map(
    (one) =>
      html`<option value="${one}"${one === type ? html` selected` : nothing}>${one}</option>`,
  );
  const does = type === "none" ? "" : `${typeNamed(type).does}; ${typeNamed(type).passes}`;
  return html`<form method="get" action="/monitoring" class="inline">${hidden}<label for="type">${say("monitoring.type")}</label>
<select id="type" name="type">${options}</select><button>${say("monitoring.show")}</button></form>
<p class="hint" lang="en">${helpText(does)}</p>`;
}

function removeForm({ say, token }: Model, subject: CheckSubject): Html {
  return html`<details><summary>${say("checks.remove")}</summary>
<form method="post" action="/monitoring/remove" class="card">${token}${wholeFields(subject)}<p>${say("checks.remove-more")}</p>
<button class="danger">${say("checks.remove")}</button></form></details>`;
}

function tryForm(model: Model, owner: Entry, realServer: string | null): Html {
  const { say, token, watched } = model;
  if (!model.may("operate", owner.name)) return nothing;
  const loaded = watched.status?.virtual_servers.find(({ name }) => name === owner.name);
  const names = (loaded?.real_servers ?? []).map(({ name }) => name);
  if (names.length === 0) return html`<p class="hint">${say("monitoring.try-none")}</p>`;
  const options = names.map(
    (name) =>
      html`<option value="${name}"${name === realServer ? html` selected` : nothing}>${name}</option>`,
  );
  return html`<section aria-labelledby="try-title"><h2 id="try-title">${say("monitoring.try")}</h2>
<form method="post" action="/monitoring/try" class="inline">${token}<input type="hidden" name="vs" value="${owner.name}">
<label for="server">${say("monitoring.try-server")}</label><select id="server" name="server">${options}</select>
<button class="main">${say("monitoring.try-do")}</button></form><p class="hint">${say("monitoring.try-more")}</p></section>`;
}

const gone = ({ say }: Model): Html =>
  html`<p>${say("virtual.gone")} <a href="/virtual-servers">${say("virtuals.title")}</a></p>`;

const pageOf = (fields: Readonly<Record<string, string>>): string =>
  `/monitoring?${new URLSearchParams(fields)}`;

async function save(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const sent = sentSubjectIn(opened, form, "one");
  const subject = sent?.subject ?? null;
  if (subject === null || subject.file !== null) return { kind: "again", content: gone(model) };
  const { document, root, type, isNew, before, checked, at } = subject;
  const present = typeAt(document, root);
  const usual = checkSubjectIn(opened, withoutType(form))?.type;
  const isOther = isNew || (usual !== type && present !== type);
  const typed: readonly Edit[] = isOther
    ? [{ kind: "set", path: [...root, "type"], value: type }]
    : [];
  // Of an empty one the type alone is written.
  const first = [...before, ...typed, ...strangeEdits(subject)];
  const parts = partsFor(type);
  const given = formEdits(form, parts, { document, root });
  // A second click on the button says what is there already.
  const isSame = !isNew && first.length + given.edits.length + given.refused.length === 0;
  if (sent?.asShown !== true && !isSame) return changedMeanwhile(model, opened, subject);
  const taken = await takeForm(model, form, { parts, root, first, reaches: isNew });
  if (taken.kind === "wrong") {
    const content = show(model, opened, subject, { wrong: taken.placed, given: taken.given });
    return { kind: "again", content };
  }
  const where = { ...placeOf(checked), ...(at === null ? {} : { at: String(at) }) };
  return { kind: "done", text: model.say("form.taken"), to: pageOf(where) };
}

/** The page as it is now: what was asked for was about something else. */
function changedMeanwhile(model: Model, opened: Opened, subject: CheckSubject): Acted {
  const word = model.say("checks.changed-meanwhile");
  return { kind: "again", content: show(model, opened, subject, { word }) };
}

function withoutType(form: Form): URLSearchParams {
  const query = new URLSearchParams(form);
  query.delete("type");
  return query;
}

/** An action on the check or its list as a whole; null: nothing that can be done. */
function changed(make: (subject: CheckSubject, form: Form) => readonly Edit[] | null) {
  return async (model: Model, form: Form): Promise<Acted> => {
    if (!model.may("configure")) return { kind: "forbidden" };
    const opened = await openDraft(model);
    const sent = sentSubjectIn(opened, withoutType(form), "all");
    const subject = sent?.subject ?? null;
    if (subject === null || subject.file !== null) return { kind: "again", content: gone(model) };
    if (sent?.asShown !== true) return changedMeanwhile(model, opened, subject);
    const edits = make(subject, form);
    if (edits === null) return { kind: "again", content: show(model, opened, subject, {}) };
    const taken = await takeEdits(model, edits);
    if (taken.kind === "taken")
      return {
        kind: "done",
        text: model.say("form.taken"),
        to: pageOf(placeOf(subject.checked)),
      };
    const content = html`${problemList(taken.placed.within)}${show(model, opened, subject, {})}`;
    return { kind: "again", content };
  };
}

async function tryCheck(model: Model, form: Form): Promise<Acted> {
  const virtualServer = form.get("vs") ?? "";
  if (!model.may("operate", virtualServer)) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = checkSubjectIn(opened, form);
  if (subject === null) return { kind: "again", content: gone(model) };
  const realServer = form.get("server") ?? "";
  const report = await model.client.probeRealServer({ virtualServer, realServer });
  const tried = conversationPart(model, report);
  return { kind: "shown", content: show(model, opened, subject, { tried }) };
}
