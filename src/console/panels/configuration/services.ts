/** FAILOVER: the failover services, and one of them as a form. Its check is MONITORING SCRIPTS'. */
import { parsed } from "../../../config/editing/with-edits.ts";
import { failoverServiceKeys } from "../../../config/schema/failover-service.ts";
import { typeAt } from "../../forms/check-subject.ts";
import { type EntryChanges, editEntry, entryButtons } from "../../forms/entry-list.ts";
import { allParts, type Field, partsOf } from "../../forms/field.ts";
import { type FormSection, formPart } from "../../forms/form.ts";
import { saysNothingNew } from "../../forms/form-edits.ts";
import { entryEdits, nameGiven, nameInput, nameRefused } from "../../forms/name-field.ts";
import {
  type Entry,
  failoverServicesIn,
  type Opened,
  openDraft,
  takeForm,
} from "../../forms/opened.ts";
import type { Placed } from "../../forms/placed.ts";
import { lockedFor, orWhyNot, presentProblems } from "../../forms/settings-panel.ts";
import { isGiven, nodeAt, shownAt } from "../../forms/value.ts";
import { serviceTabs } from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import { stateBadge } from "../../monitor/badge.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

const sections: readonly FormSection[] = [
  { title: "service.commands", parts: allParts(failoverServiceKeys, ["check"]) },
];
const parts = sections.flatMap((section) => section.parts);
const startField = partsOf(failoverServiceKeys, ["start"])[0] as Field;

export const servicesPanel: Panel = {
  path: "/services",
  title: "services.title",
  help: "services.help",
  access: "read",
  render: (model) => orWhyNot(async () => list(model, await openDraft(model), nothing)),
  actions: { edit: editList },
};

export const servicePanel: Panel = {
  path: "/service",
  title: "service.panel",
  help: "service.help",
  access: "read",
  menu: false,
  within: "/services",
  edits: [{ under: "failover.services.NAME", parts }],
  render: (model) =>
    orWhyNot(async () => {
      const opened = await openDraft(model);
      const subject = subjectIn(opened, model.query);
      return subject === null ? gone(model) : show(model, opened, subject, null, null);
    }),
  actions: { save },
};

function list(model: Model, opened: Opened, above: Html): Html {
  const { say, token } = model;
  const entries = failoverServicesIn(opened);
  const may = lockedFor(model) === null;
  const rows = entries.map((entry) => row(model, entry, may));
  const title = say("services.title");
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption>${say("services.caption", { count: entries.length })}</caption>
<thead><tr>${may ? html`<th scope="col">${say("virtuals.choose")}</th>` : nothing}<th scope="col">${say("virtuals.status")}</th>
<th scope="col">${say("virtuals.name")}</th><th scope="col">${say("services.start")}</th><th scope="col">${say("services.check")}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const all = entries.length === 0 ? html`<p>${say("services.none")}</p>` : table;
  const end = html`<p class="hint">${say("services.addresses")} <a href="/global">${say("global.title")}</a></p>`;
  if (!may) return html`${above}${lockedFor(model)}${all}${end}`;
  const changes = changesOf(entries);
  return html`${above}<form method="get" action="/service" class="inline"><label for="new">${say("services.new-name")}</label>
<input id="new" name="new" required maxlength="63" autocomplete="off"><button class="main">${say("virtuals.add")}</button></form>
<form method="post" action="/services/edit">${token}${all}${entries.length === 0 ? nothing : entryButtons(model, changes)}</form>${end}`;
}

function row({ say, watched }: Model, { name, document, root }: Entry, may: boolean): Html {
  const state = watched.status?.services.find((one) => one.name === name)?.state;
  const status =
    state === undefined
      ? html`<span class="quiet">${say("virtuals.not-loaded")}</span>`
      : stateBadge(say, state);
  const type = isGiven(document, [...root, "check"])
    ? (typeAt(document, [...root, "check"]) ?? "tcp")
    : say("control.not-checked");
  const check = `/monitoring?${new URLSearchParams({ service: name })}`;
  return html`<tr>${may ? html`<td><input type="radio" name="name" value="${name}" required aria-label="${name}"></td>` : nothing}<td>${status}</td>
<th scope="row"><a href="${`/service?${new URLSearchParams({ name })}`}">${name}</a></th><td><code>${shownAt(document, [...root, "start"], startField)}</code></td><td><a href="${check}">${type}</a></td></tr>`;
}

async function editList(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const entries = failoverServicesIn(opened);
  return editEntry(model, form, {
    entries,
    changes: changesOf(entries),
    page: "/services",
    show: (above) => list(model, opened, above),
  });
}

/** With the last one its empty map goes as well. */
const changesOf = ({ length }: readonly Entry[]): EntryChanges => ({
  copy: ({ root }, to) => [{ kind: "copy", path: root, to }],
  delete: ({ root }) => [{ kind: "remove", path: length === 1 ? root.slice(0, -1) : root }],
});

interface Subject extends Entry {
  readonly isNew: boolean;
}

function subjectIn(opened: Opened, query: URLSearchParams): Subject | null {
  const fresh = query.get("new");
  const { document } = opened;
  if (fresh !== null)
    return { name: fresh, document, file: null, root: rootOf(fresh), isNew: true };
  const entry = failoverServicesIn(opened).find(({ name }) => name === query.get("name"));
  return entry === undefined ? null : { ...entry, isNew: false };
}

const rootOf = (name: string) => ["failover", "services", name];

function show(
  model: Model,
  opened: Opened,
  { name, root, isNew, document }: Subject,
  wrong: Placed | null,
  given: Form | null,
): Html {
  const { say } = model;
  const present = isNew ? null : presentProblems(opened, parts, root);
  return html`${isNew ? nothing : serviceTabs(model, name, "/service")}
${formPart(model, {
  area: "service",
  action: "/service/save",
  sections,
  root,
  given,
  document: isNew ? parsed("{}") : document,
  hidden: isNew ? { new: name } : { name },
  above: nameInput(model, say("virtual.name"), nameGiven(given, name), wrong),
  locked: lockedFor(model),
  placed: wrong ?? present,
})}`;
}

const gone = ({ say }: Model): Html =>
  html`<p>${say("service.gone")} <a href="/services">${say("services.title")}</a></p>`;

async function save(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = subjectIn(opened, form);
  if (subject === null) return { kind: "again", content: gone(model) };
  const { root, isNew, name } = subject;
  const to = nameGiven(form, name);
  const again = (wrong: Placed, given: Form | null = form): Acted => ({
    kind: "again",
    content: show(model, opened, subject, wrong, given),
  });
  const isTaken = nodeAt(opened.document, rootOf(to)) !== undefined;
  const where = `/service?${new URLSearchParams({ name: to })}`;
  const done: Acted = { kind: "done", text: model.say("form.taken"), to: where };
  const stand = { document: opened.document, root: rootOf(to) };
  if (isNew && isTaken && saysNothingNew(form, parts, stand)) return done;
  const refused = isNew || to !== name ? nameRefused(model, to, isTaken) : null;
  if (refused !== null) return again(refused);
  const target = rootOf(to);
  const first = entryEdits(subject, target, to);
  const from = isNew ? rootOf("") : root;
  const taken = await takeForm(model, form, { parts, root: target, from, first });
  if (taken.kind === "wrong") return again(taken.placed, taken.given);
  return done;
}
