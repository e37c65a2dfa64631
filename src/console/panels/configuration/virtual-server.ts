/** EDIT: VIRTUAL SERVER: every key of one, or of the `defaults` of all. */
import { parsed } from "../../../config/editing/with-edits.ts";
import { virtualServerKeys } from "../../../config/schema/virtual-server.ts";
import { allParts, partsOf } from "../../forms/field.ts";
import { type FormSection, formPart } from "../../forms/form.ts";
import { saysNothingNew } from "../../forms/form-edits.ts";
import { entryEdits, nameGiven, nameInput, nameRefused } from "../../forms/name-field.ts";
import { type Entry, type Opened, openDraft, takeForm } from "../../forms/opened.ts";
import type { Placed } from "../../forms/placed.ts";
import { lockedFor, orWhyNot, presentProblems } from "../../forms/settings-panel.ts";
import {
  defaultsOf,
  lockedEntry,
  tabsPart,
  virtualServerNamed,
} from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

const usual = [
  "active",
  "address",
  "device",
  "protocol",
  "port",
  "ports",
  "scheduler",
  "forwarding",
  "persistence",
  "reentry",
  "quiesce",
];
const unlisted = [...usual, "check", "real_servers"];

const sections: readonly FormSection[] = [
  { title: "virtual.service", parts: partsOf(virtualServerKeys, usual) },
  { title: "virtual.more", parts: allParts(virtualServerKeys, unlisted), folded: true },
];
const parts = sections.flatMap((section) => section.parts);

export const virtualServerPanel: Panel = {
  path: "/virtual-server",
  title: "virtual.panel",
  help: "virtual.help",
  access: "read",
  menu: false,
  within: "/virtual-servers",
  edits: ["defaults", "virtual_servers.NAME"].map((under) => ({ under, parts })),
  render: (model) =>
    orWhyNot(async () => {
      const opened = await openDraft(model);
      const subject = subjectIn(model, opened, model.query);
      return subject === null ? gone(model) : show(model, opened, subject, null, null);
    }),
  actions: { save },
};

/** What the page is about; `isNew`: it is not there yet. */
interface Subject extends Entry {
  readonly isNew: boolean;
  readonly isDefaults: boolean;
}

function subjectIn(model: Model, opened: Opened, query: URLSearchParams): Subject | null {
  const { document } = opened;
  if (query.has("defaults"))
    return {
      name: model.say("virtuals.defaults"),
      document,
      file: null,
      root: ["defaults"],
      isNew: false,
      isDefaults: true,
    };
  const fresh = query.get("new");
  if (fresh !== null)
    return {
      name: fresh,
      document,
      file: null,
      root: ["virtual_servers", fresh],
      isNew: true,
      isDefaults: false,
    };
  const entry = virtualServerNamed(opened, query.get("name") ?? "");
  return entry && { ...entry, isNew: false, isDefaults: false };
}

function show(
  model: Model,
  opened: Opened,
  subject: Subject,
  wrong: Placed | null,
  given: Form | null,
): Html {
  const { isNew, isDefaults, name, root, file } = subject;
  // Nothing of an entry of that name is shown for a new one.
  const document = isNew ? parsed("{}") : subject.document;
  const locked = isDefaults || isNew ? lockedFor(model) : lockedEntry(model, subject);
  const head = isDefaults
    ? html`<p><a href="/monitoring?defaults=1">${model.say("checks.defaults")}</a></p>`
    : isNew
      ? nothing
      : tabsPart(model, name, "/virtual-server");
  const present = isNew || file !== null ? null : presentProblems(opened, parts, root);
  return html`${head}${formPart(model, {
    area: "virtual",
    action: "/virtual-server/save",
    sections,
    document,
    root,
    hidden: isDefaults ? { defaults: "1" } : isNew ? { new: name } : { name },
    above: isDefaults
      ? html`<p>${model.say("virtual.defaults-more")}</p>`
      : nameInput(model, model.say("virtual.name"), nameGiven(given, name), wrong),
    inherited: isDefaults ? [] : [defaultsOf(opened)],
    locked,
    given,
    placed: wrong ?? present,
  })}`;
}

const gone = ({ say }: Model): Html =>
  html`<p>${say("virtual.gone")} <a href="/virtual-servers">${say("virtuals.title")}</a></p>`;

async function save(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = subjectIn(model, opened, form);
  if (subject === null || subject.file !== null) return { kind: "again", content: gone(model) };
  const { root, isDefaults, isNew, name } = subject;
  const to = isDefaults ? name : nameGiven(form, name);
  const again = (wrong: Placed, given: Form | null = form): Acted => ({
    kind: "again",
    content: show(model, opened, subject, wrong, given),
  });
  const isTaken = virtualServerNamed(opened, to) !== null;
  const isOther = !isDefaults && (isNew || to !== name);
  const done = (name: string): Acted => {
    const where = isDefaults ? "defaults=1" : new URLSearchParams({ name }).toString();
    return { kind: "done", text: model.say("form.taken"), to: `/virtual-server?${where}` };
  };
  const stand = { document: opened.document, root: ["virtual_servers", to] };
  if (isNew && isTaken && saysNothingNew(form, parts, stand)) return done(to);
  const refused = isOther ? nameRefused(model, to, isTaken) : null;
  if (refused !== null) return again(refused);
  const target = isDefaults ? root : ["virtual_servers", to];
  const first = isDefaults ? [] : entryEdits(subject, target, to);
  const from = isNew ? ["virtual_servers", ""] : root;
  const taken = await takeForm(model, form, { parts, root: target, from, first });
  if (taken.kind === "wrong") return again(taken.placed, taken.given);
  return done(to);
}
