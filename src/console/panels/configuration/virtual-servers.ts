/** VIRTUAL SERVERS: the list, and what is done with an entry as a whole. */
import ipaddr from "ipaddr.js";
import { virtualServerKeys } from "../../../config/schema/virtual-server.ts";
import { type EntryChanges, editEntry, entryButtons, shownActive } from "../../forms/entry-list.ts";
import { type Field, partsOf } from "../../forms/field.ts";
import { type Entry, type Opened, openDraft, virtualServersIn } from "../../forms/opened.ts";
import { lockedFor, orWhyNot } from "../../forms/settings-panel.ts";
import { isGiven, shownAt } from "../../forms/value.ts";
import { type Html, html, nothing } from "../../html.ts";
import { stateBadge } from "../../monitor/badge.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";

export const virtualServersPanel: Panel = {
  path: "/virtual-servers",
  title: "virtuals.title",
  help: "virtuals.help",
  access: "read",
  render: (model) => orWhyNot(async () => show(model, await openDraft(model), nothing)),
  actions: { edit },
};

const changes: EntryChanges = {
  delete: (entry) => [{ kind: "remove", path: entry.root }],
  copy: (entry, to) => [
    { kind: "copy", path: entry.root, to },
    // Two of the same address and port are none: it waits until it has its own.
    { kind: "set", path: ["virtual_servers", to, "active"], value: false },
  ],
  toggle: (entry, wasActive) => [
    {
      kind: "set",
      path: [...entry.root, "active"],
      value: !(wasActive ?? isActive(entry)),
    },
  ],
};

/** Rows of one page. */
const rowsMax = 100;

const columns = ["address", "port", "ports", "protocol", "device", "fwmark", "active"] as const;
type Column = (typeof columns)[number];
const fields = new Map(
  columns.map((name) => [name, partsOf(virtualServerKeys, [name])[0] as Field] as const),
);

/** What counts: the entry's own, or what `defaults` say. */
function valueIn({ document, root }: Entry, { document: main }: Opened, name: Column): string {
  const field = fields.get(name);
  if (field === undefined) return "";
  const own = [...root, name];
  return isGiven(document, own)
    ? shownAt(document, own, field)
    : shownAt(main, ["defaults", name], field);
}

const isActive = ({ document, root }: Entry): boolean => {
  const field = fields.get("active");
  return field === undefined || shownAt(document, [...root, "active"], field) !== "false";
};

function show(model: Model, opened: Opened, above: Html): Html {
  const { say } = model;
  const entries = virtualServersIn(opened);
  const pages = Math.max(1, Math.ceil(entries.length / rowsMax));
  const asked = Number(model.query.get("page") ?? 1);
  const number = Number.isInteger(asked) && asked >= 1 && asked <= pages ? asked : 1;
  const shown = entries.slice((number - 1) * rowsMax, number * rowsMax);
  const locked = lockedFor(model);
  const rows = shown.map((entry) => row(model, opened, entry, locked === null));
  const links =
    pages === 1
      ? nothing
      : html`<nav class="pages" aria-label="${say("virtuals.pages")}">${Array.from({ length: pages }, (_, at) => html`<a href="${`/virtual-servers?page=${at + 1}`}"${at + 1 === number ? html` aria-current="page"` : nothing}>${at + 1}</a>`)}</nav>`;
  const heads = ["status", "name", "vip", "netmask", "port", "protocol", "interface"] as const;
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="${say("virtuals.title")}"><table><caption>${say("virtuals.caption", { count: entries.length })}</caption>
<thead><tr>${locked === null ? html`<th scope="col">${say("virtuals.choose")}</th>` : nothing}${heads.map((head) => html`<th scope="col">${say(`virtuals.${head}`)}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
  if (locked !== null) return html`${above}${locked}${table}${links}`;
  return html`${above}${addForm(model)}
<form method="post" action="/virtual-servers/edit">${model.token}${entries.length === 0 ? html`<p>${say("virtuals.none")}</p>` : html`${table}${entryButtons(model, changes)}`}</form>${links}
<p><a href="/virtual-server?defaults=1">${say("virtuals.defaults")}</a></p>`;
}

function row(model: Model, opened: Opened, entry: Entry, mayChoose: boolean): Html {
  const { say } = model;
  const { name, file } = entry;
  const id = `choose-${name}`;
  const state = model.watched.status?.virtual_servers.find((one) => one.name === name)?.state;
  const address = valueIn(entry, opened, "address");
  const port = valueIn(entry, opened, "port") || valueIn(entry, opened, "ports");
  const mark = valueIn(entry, opened, "fwmark");
  const where = `/virtual-server?${new URLSearchParams({ name })}`;
  const choose =
    file === null
      ? html`<input type="radio" id="${id}" name="name" value="${name}" required aria-label="${name}">${shownActive(name, isActive(entry))}`
      : html`<span class="quiet in-file">${say("virtuals.in-file", { file })}</span>`;
  const status = isActive(entry)
    ? state === undefined
      ? html`<span class="quiet">${say("virtuals.not-loaded")}</span>`
      : stateBadge(say, state)
    : html`<span class="state off">${say("virtuals.inactive")}</span>`;
  return html`<tr>${mayChoose ? html`<td>${choose}</td>` : nothing}<td>${status}</td>
<th scope="row"><a href="${where}">${name}</a></th><td class="address">${address.split("/")[0]}</td><td class="address">${netmaskOf(address)}</td>
<td class="number">${port || (mark === "" ? "" : `fwmark ${mark}`)}</td><td>${valueIn(entry, opened, "protocol") || "tcp"}</td><td>${valueIn(entry, opened, "device")}</td></tr>`;
}

/** As the old tool showed it: the mask of an IPv4 network, the length of an IPv6 one. */
export function netmaskOf(address: string): string {
  const [, bits] = /^[^,[\]]+\/(\d{1,3})$/.exec(address) ?? [];
  if (bits === undefined) return "";
  const isIpv4 = !address.includes(":") && Number(bits) <= 32;
  return isIpv4 ? ipaddr.IPv4.subnetMaskFromPrefixLength(Number(bits)).toString() : `/${bits}`;
}

function addForm({ say }: Model): Html {
  return html`<form method="get" action="/virtual-server" class="inline"><label for="new">${say("virtuals.new-name")}</label>
<input id="new" name="new" required maxlength="63" pattern="[A-Za-z0-9._\\-]+" autocomplete="off"><button class="main">${say("virtuals.add")}</button></form>`;
}

async function edit(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const opened = await openDraft(model);
  return editEntry(model, form, {
    entries: virtualServersIn(opened),
    changes,
    page: "/virtual-servers",
    show: (above) => show(model, opened, above),
  });
}
