/** EDIT: REAL SERVER: every key of one. Its check, where it has its own, is MONITORING SCRIPTS'. */
import { parsed } from "../../../config/editing/with-edits.ts";
import { realServerKeys } from "../../../config/schema/virtual-server.ts";
import { allParts, partsOf } from "../../forms/field.ts";
import { type FormSection, formPart } from "../../forms/form.ts";
import { saysNothingNew } from "../../forms/form-edits.ts";
import { entryEdits, nameGiven, nameInput, nameRefused } from "../../forms/name-field.ts";
import { type Entry, type Opened, openDraft, takeForm } from "../../forms/opened.ts";
import type { Placed } from "../../forms/placed.ts";
import { orWhyNot, presentProblems } from "../../forms/settings-panel.ts";
import {
  lockedEntry,
  realServersOf,
  tabsPart,
  virtualServerNamed,
} from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

const usual = ["address", "port", "weight", "active"];
const sections: readonly FormSection[] = [
  { title: "real.server", parts: partsOf(realServerKeys, usual) },
  { title: "virtual.more", parts: allParts(realServerKeys, [...usual, "check"]), folded: true },
];
const parts = sections.flatMap((section) => section.parts);

export const realServerPanel: Panel = {
  path: "/real-server",
  title: "real.panel",
  help: "real.edit-help",
  access: "read",
  menu: false,
  within: "/virtual-servers",
  edits: [{ under: "virtual_servers.NAME.real_servers.NAME", parts }],
  render: (model) =>
    orWhyNot(async () => {
      const opened = await openDraft(model);
      const subject = subjectIn(opened, model.query);
      return subject === null ? gone(model) : show(model, opened, subject, null, null);
    }),
  actions: { save },
};

interface Subject extends Entry {
  readonly owner: Entry;
  readonly isNew: boolean;
}

function subjectIn(opened: Opened, query: URLSearchParams): Subject | null {
  const owner = virtualServerNamed(opened, query.get("vs") ?? "");
  if (owner === null) return null;
  const fresh = query.get("new");
  if (fresh !== null)
    return { ...owner, owner, name: fresh, root: rootOf(owner, fresh), isNew: true };
  const entry = realServersOf(owner).find(({ name }) => name === query.get("name"));
  return entry === undefined ? null : { ...entry, owner, isNew: false };
}

const rootOf = ({ root }: Entry, name: string) => [...root, "real_servers", name];

function show(
  model: Model,
  opened: Opened,
  subject: Subject,
  wrong: Placed | null,
  given: Form | null,
): Html {
  const { owner, name, root, isNew, file } = subject;
  const { say } = model;
  const check = `/monitoring?${new URLSearchParams({ vs: owner.name, rs: name })}`;
  const present = isNew || file !== null ? null : presentProblems(opened, parts, root);
  return html`${tabsPart(model, owner.name, "/real-servers")}
${formPart(model, {
  area: "real",
  action: "/real-server/save",
  sections,
  root,
  given,
  document: isNew ? parsed("{}") : subject.document,
  hidden: { vs: owner.name, ...(isNew ? { new: name } : { name }) },
  above: nameInput(model, say("real.name"), nameGiven(given, name), wrong),
  locked: lockedEntry(model, owner),
  placed: wrong ?? present,
})}
${isNew ? nothing : html`<p><a href="${check}">${say("real.own-check", { name })}</a></p>`}`;
}

const gone = ({ say }: Model): Html =>
  html`<p>${say("real.gone")} <a href="/virtual-servers">${say("virtuals.title")}</a></p>`;

async function save(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = subjectIn(opened, form);
  if (subject === null || subject.file !== null) return { kind: "again", content: gone(model) };
  const { owner, root, isNew, name } = subject;
  const to = nameGiven(form, name);
  const again = (wrong: Placed, given: Form | null = form): Acted => ({
    kind: "again",
    content: show(model, opened, subject, wrong, given),
  });
  const isTaken = realServersOf(owner).some((one) => one.name === to);
  const where = `/real-servers?${new URLSearchParams({ vs: owner.name })}`;
  const done: Acted = { kind: "done", text: model.say("form.taken"), to: where };
  const stand = { document: owner.document, root: rootOf(owner, to) };
  if (isNew && isTaken && saysNothingNew(form, parts, stand)) return done;
  const refused = isNew || to !== name ? nameRefused(model, to, isTaken) : null;
  if (refused !== null) return again(refused);
  const target = rootOf(owner, to);
  const first = entryEdits(subject, target, to);
  const from = isNew ? rootOf(owner, "") : root;
  const taken = await takeForm(model, form, { parts, root: target, from, first });
  if (taken.kind === "wrong") return again(taken.placed, taken.given);
  return done;
}
