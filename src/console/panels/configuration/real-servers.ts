/** REAL SERVER: those of one virtual server, and what is done with an entry as a whole. */
import { realServerKeys } from "../../../config/schema/virtual-server.ts";
import { type EntryChanges, editEntry, entryButtons, shownActive } from "../../forms/entry-list.ts";
import { type Field, partsOf } from "../../forms/field.ts";
import { type Entry, openDraft } from "../../forms/opened.ts";
import { orWhyNot } from "../../forms/settings-panel.ts";
import { shownAt } from "../../forms/value.ts";
import {
  lockedEntry,
  realServersOf,
  tabsPart,
  virtualServerNamed,
} from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import { stateBadge } from "../../monitor/badge.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

export const realServersPanel: Panel = {
  path: "/real-servers",
  title: "real.title",
  help: "real.help",
  access: "read",
  menu: false,
  within: "/virtual-servers",
  render: (model) =>
    orWhyNot(async () => {
      const owner = virtualServerNamed(await openDraft(model), model.query.get("vs") ?? "");
      return owner === null ? gone(model) : show(model, owner, nothing);
    }),
  actions: { edit },
};

const changes: EntryChanges = {
  delete: ({ root }) => [{ kind: "remove", path: root }],
  copy: ({ root }, to) => [
    { kind: "copy", path: root, to },
    { kind: "set", path: [...root.slice(0, -1), to, "active"], value: false },
  ],
  toggle: (entry, isActive) => [
    { kind: "set", path: [...entry.root, "active"], value: !(isActive ?? isOn(entry)) },
  ],
};

const columns = ["address", "port", "weight", "active"] as const;
const fields = new Map(
  columns.map((name) => [name, partsOf(realServerKeys, [name])[0] as Field] as const),
);

function valueIn({ document, root }: Entry, name: (typeof columns)[number]): string {
  const field = fields.get(name);
  return field === undefined ? "" : shownAt(document, [...root, name], field);
}

const isOn = (entry: Entry): boolean => valueIn(entry, "active") !== "false";

/** Rows that are shown; a virtual server with more is edited as text. */
const rowsMax = 500;

function show(model: Model, owner: Entry, above: Html): Html {
  const { say, token } = model;
  const entries = realServersOf(owner);
  const locked = lockedEntry(model, owner);
  const rows = entries.slice(0, rowsMax).map((entry) => row(model, owner, entry, locked === null));
  const heads = [
    ...[say("real.status"), say("virtuals.name"), say("real.address")].map(
      (text) => html`<th scope="col">${text}</th>`,
    ),
    ...[say("real.port"), say("real.weight")].map(
      (text) => html`<th scope="col" class="number">${text}</th>`,
    ),
  ];
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="${say("real.title")}"><table><caption>${say("real.caption", { name: owner.name, count: entries.length })}</caption>
<thead><tr>${locked === null ? html`<th scope="col">${say("virtuals.choose")}</th>` : nothing}${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
  const head = tabsPart(model, owner.name, "/real-servers");
  if (locked !== null) return html`${head}${above}${locked}${table}`;
  return html`${head}${above}<form method="get" action="/real-server" class="inline"><input type="hidden" name="vs" value="${owner.name}">
<label for="new">${say("real.new-name")}</label><input id="new" name="new" required maxlength="63" autocomplete="off"><button class="main">${say("virtuals.add")}</button></form>
<form method="post" action="/real-servers/edit">${token}<input type="hidden" name="vs" value="${owner.name}">
${entries.length === 0 ? html`<p>${say("real.none")}</p>` : html`${table}${entryButtons(model, changes)}`}</form>`;
}

function row(model: Model, owner: Entry, entry: Entry, mayChoose: boolean): Html {
  const { say } = model;
  const { name } = entry;
  const where = `/real-server?${new URLSearchParams({ vs: owner.name, name })}`;
  const state = model.watched.status?.virtual_servers
    .find((one) => one.name === owner.name)
    ?.real_servers.find((one) => one.name === name)?.state;
  const status = !isOn(entry)
    ? html`<span class="state off">${say("virtuals.inactive")}</span>`
    : state === undefined
      ? html`<span class="quiet">${say("virtuals.not-loaded")}</span>`
      : stateBadge(say, state);
  return html`<tr>${mayChoose ? html`<td><input type="radio" name="name" value="${name}" required aria-label="${name}">${shownActive(name, isOn(entry))}</td>` : nothing}<td>${status}</td>
<th scope="row"><a href="${where}">${name}</a></th><td class="address">${valueIn(entry, "address")}</td><td class="number">${valueIn(entry, "port")}</td><td class="number">${valueIn(entry, "weight") || "1"}</td></tr>`;
}

const gone = ({ say }: Model): Html =>
  html`<p>${say("virtual.gone")} <a href="/virtual-servers">${say("virtuals.title")}</a></p>`;

async function edit(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const owner = virtualServerNamed(await openDraft(model), form.get("vs") ?? "");
  if (owner === null || owner.file !== null) return { kind: "again", content: gone(model) };
  return editEntry(model, form, {
    entries: realServersOf(owner),
    changes,
    page: `/real-servers?${new URLSearchParams({ vs: owner.name })}`,
    show: (above) => show(model, owner, above),
  });
}
