/**
 * MONITORING SCRIPTS: how the real servers of one virtual server are checked, the type chosen first
 * and its keys then; and Try, which runs the check that is loaded once, now, and shows it.
 */
import { isSeq } from "yaml";
import { type CheckTypeName, checkTypeNames, typeNamed } from "../../../check/check-types.ts";
import type { Edit, KeyPath } from "../../../config/editing/edit.ts";
import { keysOf } from "../../../config/schema/check.ts";
import { allParts, type Field, partsOf } from "../../forms/field.ts";
import { type FormSection, formPart, helpText, type Inherited } from "../../forms/form.ts";
import { type Entry, namesAt, type Opened, openDraft, takeForm } from "../../forms/opened.ts";
import type { Placed } from "../../forms/placed.ts";
import { orWhyNot, presentProblems } from "../../forms/settings-panel.ts";
import { isGiven, nodeAt, shownAt } from "../../forms/value.ts";
import {
  defaultsOf,
  lockedEntry,
  realServersOf,
  tabsPart,
  virtualServerNamed,
} from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import { conversationPart } from "../../monitor/conversation.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

export const monitoringPanel: Panel = {
  path: "/monitoring",
  title: "monitoring.panel",
  help: "monitoring.help",
  access: "read",
  menu: false,
  render: (model) =>
    orWhyNot(async () => {
      const opened = await openDraft(model);
      const subject = subjectIn(opened, model.query);
      return subject === null ? gone(model) : show(model, opened, subject, {});
    }),
  actions: { save, try: tryCheck },
};

/** The check of a virtual server, or of one real server where `rs` says so. */
interface Subject {
  readonly owner: Entry;
  /** Null: the virtual server's check. */
  readonly realServer: string | null;
  /** Where the check stands; `at`: which one of a list. */
  readonly root: KeyPath;
  readonly at: number | null;
  /** How many there are in a list; null: it is none. */
  readonly count: number | null;
  readonly type: CheckTypeName;
  readonly inherited: readonly Inherited[];
}

const typeField = partsOf(keysOf("tcp"), ["type"])[0] as Field;

const typeIn = (text: string | null): CheckTypeName | null =>
  checkTypeNames.find((name) => name === text) ?? null;

function subjectIn(opened: Opened, query: URLSearchParams): Subject | null {
  const owner = virtualServerNamed(opened, query.get("vs") ?? "");
  if (owner === null) return null;
  const rs = query.get("rs");
  const server = rs === null ? null : realServersOf(owner).find(({ name }) => name === rs);
  if (server === undefined) return null;
  const base = [...(server ?? owner).root, "check"];
  const list = nodeAt(owner.document, base);
  const count = isSeq(list) ? list.items.length : null;
  const asked = Number(query.get("at") ?? 0);
  const at = count === null ? null : Math.min(Math.max(0, Math.trunc(asked) || 0), count - 1);
  const root = at === null ? base : [...base, at];
  const lower = defaultsOf(opened);
  const inherited = [
    ...(server === null ? [] : [{ document: owner.document, root: [...owner.root, "check"] }]),
    { ...lower, root: [...lower.root, "check"] },
  ];
  const type = typeIn(query.get("type")) ?? typeOf(owner, opened, root, inherited);
  return { owner, realServer: rs, root, at, count, type, inherited };
}

/** The type that counts: the check's own, an inherited one, or what the protocol brings. */
function typeOf(
  { document, root: owner }: Entry,
  opened: Opened,
  root: KeyPath,
  inherited: readonly Inherited[],
): CheckTypeName {
  for (const place of [{ document, root }, ...inherited]) {
    const given = typeIn(shownAt(place.document, [...place.root, "type"], typeField));
    if (given !== null) return given;
  }
  const protocol = [
    nodeAt(document, [...owner, "protocol"]),
    nodeAt(opened.document, ["defaults", "protocol"]),
  ].map((node) => String((node as { value?: unknown } | undefined)?.value ?? ""));
  return (protocol.find((one) => one !== "") ?? "tcp") === "tcp" ? "tcp" : "none";
}

const rhythm = ["interval", "timeout", "fall", "rise"];

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

interface Look {
  readonly wrong?: Placed;
  readonly given?: Form;
  readonly tried?: Html;
}

function show(model: Model, opened: Opened, subject: Subject, look: Look): Html {
  const { owner, realServer, root, type, at, count } = subject;
  const { say } = model;
  const sections = sectionsOf(type, subject.inherited);
  const parts = sections.flatMap((section) => section.parts);
  const file = owner.file === null;
  // Keys of another type mean nothing here.
  const inherited = subject.inherited.filter(
    (place) => typeIn(shownAt(place.document, [...place.root, "type"], typeField)) === type,
  );
  const rs = realServer === null ? {} : { rs: realServer };
  const place = { vs: owner.name, ...rs, ...(at === null ? {} : { at: String(at) }) };
  return html`${tabsPart(model, owner.name, "/monitoring")}
${realServer === null ? nothing : html`<p>${say("monitoring.of-server", { name: realServer })}</p>`}
${count === null ? nothing : listLinks(model, subject)}
${typeForm(model, place, type)}${look.tried ?? nothing}
${formPart(model, {
  ...{ area: "check", action: "/monitoring/save", sections, root, inherited },
  document: owner.document,
  hidden: { ...place, type },
  ...{ locked: lockedEntry(model, owner), given: look.given ?? null },
  placed: look.wrong ?? (file ? presentProblems(opened, parts, root) : null),
})}${tryForm(model, owner, realServer)}`;
}

function listLinks({ say }: Model, { owner, realServer, count, at }: Subject): Html {
  const rs = realServer === null ? {} : { rs: realServer };
  const links = Array.from({ length: count ?? 0 }, (_, index) => {
    const to = `/monitoring?${new URLSearchParams({ vs: owner.name, ...rs, at: String(index) })}`;
    return html`<li><a href="${to}"${index === at ? html` aria-current="page"` : nothing}>${index + 1}</a></li>`;
  });
  return html`<nav class="tabs" aria-label="${say("monitoring.list")}"><p>${say("monitoring.list")}</p><ul>${links}</ul></nav>`;
}

/** The type leads to its keys; nothing is changed by it. */
function typeForm(
  { say }: Model,
  place: Readonly<Record<string, string>>,
  type: CheckTypeName,
): Html {
  const hidden = Object.entries(place).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const options = checkTypeNames.map(
    (one) =>
      html`<option value="${one}"${one === type ? html` selected` : nothing}>${one}</option>`,
  );
  const does = type === "none" ? "" : `${typeNamed(type).does}; ${typeNamed(type).passes}`;
  return html`<form method="get" action="/monitoring" class="inline">${hidden}<label for="type">${say("monitoring.type")}</label>
<select id="type" name="type">${options}</select><button>${say("monitoring.show")}</button></form>
<p class="hint" lang="en">${helpText(does)}</p>`;
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

async function save(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = subjectIn(opened, form);
  if (subject === null || subject.owner.file !== null)
    return { kind: "again", content: gone(model) };
  const { owner, root, type, realServer, at } = subject;
  const parts = sectionsOf(type).flatMap((section) => section.parts);
  const { document } = owner;
  const present = shownAt(document, [...root, "type"], typeField);
  const chosen = typeOf(owner, opened, root, subject.inherited);
  const isOther = chosen !== type && present !== type;
  const keys = keysOf(type);
  // What the type before had and this one has not would be an error.
  const strange: readonly Edit[] = isGiven(document, root)
    ? namesAt(document, root)
        .filter((name) => !Object.hasOwn(keys, name))
        .map((name) => ({ kind: "remove", path: [...root, name] }))
    : [];
  const first: readonly Edit[] = isOther
    ? [{ kind: "set", path: [...root, "type"], value: type }, ...strange]
    : strange;
  const taken = await takeForm(model, form, { parts, root, first });
  if (taken.kind === "wrong") {
    const content = show(model, opened, subject, { wrong: taken.placed, given: form });
    return { kind: "again", content };
  }
  const rs = realServer === null ? {} : { rs: realServer };
  const place = new URLSearchParams({
    ...{ vs: owner.name, ...rs },
    ...(at === null ? {} : { at: String(at) }),
  });
  return { kind: "done", text: model.say("form.taken"), to: `/monitoring?${place}` };
}

async function tryCheck(model: Model, form: Form): Promise<Acted> {
  const virtualServer = form.get("vs") ?? "";
  if (!model.may("operate", virtualServer)) return { kind: "forbidden" };
  const opened = await openDraft(model);
  const subject = subjectIn(opened, form);
  if (subject === null) return { kind: "again", content: gone(model) };
  const realServer = form.get("server") ?? "";
  const report = await model.client.probeRealServer({ virtualServer, realServer });
  const tried = conversationPart(model, report);
  return { kind: "shown", content: show(model, opened, subject, { tried }) };
}
