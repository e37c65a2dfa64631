/** Finding the virtual server or the real server that a page of forms is about, and its tabs. */
import type { KeyPath } from "../../config/editing/edit.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Model } from "../panel.ts";
import type { Inherited } from "./form.ts";
import { type Entry, type Opened, virtualServersIn } from "./opened.ts";
import { lockedFor } from "./settings-panel.ts";
import { namesAt } from "./value.ts";

/** Where `defaults` stand: what lies under every virtual server. */
export const defaultsOf = ({ document }: Opened): Inherited => ({ document, root: ["defaults"] });

export const virtualServerNamed = (opened: Opened, name: string): Entry | null =>
  virtualServersIn(opened).find((one) => one.name === name) ?? null;

export function realServersOf({ document, root, file }: Entry): readonly Entry[] {
  const at: KeyPath = [...root, "real_servers"];
  return namesAt(document, at).map((name) => ({ name, document, file, root: [...at, name] }));
}

/** As names of the configuration are (keys/shape.ts). */
export const isName = (name: string): boolean => /^[A-Za-z0-9._-]{1,63}$/.test(name);

/** Why an entry is only shown: the user's role, or the file that holds it. */
export const lockedEntry = (model: Model, { file }: Entry): Html | null =>
  lockedFor(model) ??
  (file === null
    ? null
    : html`<p class="notice">${model.say("form.included", { file })}</p>${takeInForm(model)}`);

/** The way to edit what stands in an included file: it comes into the draft. */
export const takeInForm = ({ say, token }: Model): Html =>
  html`<form method="post" action="/review/include">${token}<p><button>${say("review.take-in")}</button> <span class="hint">${say("review.take-in-more")}</span></p></form>`;

const tabs = [
  { path: "/virtual-server", parameter: "name", text: "virtual.title" },
  { path: "/real-servers", parameter: "vs", text: "real.title" },
  { path: "/monitoring", parameter: "vs", text: "monitoring.title" },
] as const;

/** The three pages of a virtual server, as the old tool had them. */
export function tabsPart({ say }: Model, name: string, present: string): Html {
  const links = tabs.map(({ path, parameter, text }) => {
    const to = `${path}?${new URLSearchParams({ [parameter]: name })}`;
    const current = path === present ? html` aria-current="page"` : nothing;
    return html`<li><a href="${to}"${current}>${say(text)}</a></li>`;
  });
  return html`<nav class="tabs" aria-label="${say("virtual.edit", { name })}"><p><a href="/virtual-servers">${say("virtuals.title")}</a> / <strong>${name}</strong></p><ul>${links}</ul></nav>`;
}

/** The two pages of a failover service. */
export function serviceTabs({ say }: Model, name: string, present: string): Html {
  const pages = [
    { path: "/service", parameter: "name", text: say("service.title") },
    { path: "/monitoring", parameter: "service", text: say("monitoring.title") },
  ];
  const links = pages.map(({ path, parameter, text }) => {
    const to = `${path}?${new URLSearchParams({ [parameter]: name })}`;
    const current = path === present ? html` aria-current="page"` : nothing;
    return html`<li><a href="${to}"${current}>${text}</a></li>`;
  });
  return html`<nav class="tabs" aria-label="${say("virtual.edit", { name })}"><p><a href="/services">${say("services.title")}</a> / <strong>${name}</strong></p><ul>${links}</ul></nav>`;
}
