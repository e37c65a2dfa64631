/** The frame of every page: head, banners, menu, notices, foot. */
import { type Html, html, nothing } from "../html.ts";
import { languageNames, languages } from "../messages/message.ts";
import type { Say } from "../messages/messages.ts";
import type { Model, Panel } from "../panel.ts";
import { bannersOf } from "./banners.ts";
import type { View } from "./view.ts";

/** Where scripts and styles are; their addresses change with their content. */
export interface AssetPaths {
  /** Null, both: they were not built; pages work without. */
  readonly style: string | null;
  readonly script: string | null;
}

export interface PageParts {
  readonly say: Say;
  readonly view: View;
  readonly assets: AssetPaths;
  readonly title: string;
  readonly content: Html;
  /** Null: nobody is logged in. */
  readonly inside: { readonly model: Model; readonly panel: Panel } | null;
  /** The address of this page, to come back to from the choice of a language. */
  readonly here: string;
}

/** The whole document. */
export function page(parts: PageParts): Html {
  const { say, view, assets, title, content, inside } = parts;
  const live = inside !== null && inside.panel.live !== undefined ? inside : null;
  return html`<!DOCTYPE html>
<html lang="${view.language}">
<head>
<meta charset="utf-8">
<title>${title} - lvsd</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${assets.style === null ? nothing : html`<link rel="stylesheet" href="${assets.style}">`}
<link rel="icon" href="data:,">
${assets.script === null ? nothing : html`<script type="module" src="${assets.script}"></script>`}
${live === null ? nothing : refresh(view)}
</head>
<body>
<a class="skip" href="#content">${say("frame.skip")}</a>
${inside === null ? outsideHead : insideHead(inside.model, inside.panel)}
<main id="content" tabindex="-1"${live === null ? nothing : liveAttributes(parts)}>
<h1>${title}</h1>
${inside === null ? nothing : notices(inside.model)}
${inside === null ? nothing : pending(inside.model, inside.panel)}
${content}
</main>
<footer>${languageChoice(parts)}</footer>
</body>
</html>
`;
}

/** Without scripts the whole page is loaded again, not more often than a person can read. */
const refresh = (view: View): Html =>
  view.every === null
    ? nothing
    : html`<noscript><meta http-equiv="refresh" content="${Math.max(5, view.every)}"></noscript>`;

function liveAttributes({ inside, view, here }: PageParts): Html {
  if (inside === null || view.every === null) return nothing;
  const search = here.includes("?") ? here.slice(here.indexOf("?")) : "";
  return html` data-live="${inside.panel.path}/live${search}"`;
}

const outsideHead = html`<header><p class="name">lvsd</p></header>`;

function insideHead(model: Model, panel: Panel): Html {
  const { say, user, token } = model;
  const role =
    user.role === "read-only"
      ? say("frame.read-only")
      : user.virtualServers === null
        ? ""
        : say("frame.only", { names: user.virtualServers.join(", ") || say("frame.none") });
  return html`<header>
<p class="name">lvsd</p>
<nav aria-label="${say("frame.panels")}"><ul>
${model.panels
  .filter(({ menu }) => menu !== false)
  .map((one) => html`<li><a href="${one.path}"${currentIn(one, panel)}>${say(one.title)}</a></li>`)}
</ul></nav>
<form class="user" method="post" action="/logout">${token}
<span>${say("frame.user", { user: user.name })}${role === "" ? "" : ` (${role})`}</span>
<button>${say("frame.logout")}</button></form>
</header>
<div id="banners" class="banners">${bannersOf(model)}</div>`;
}

/** Where the page is in the menu: itself, or below. */
const currentIn = (one: Panel, panel: Panel): Html =>
  one === panel
    ? html` aria-current="page"`
    : one.path === panel.within
      ? html` aria-current="true"`
      : nothing;

const notices = ({ session }: Model): Html => {
  const said = session.notices;
  session.notices = [];
  return html`${said.map(
    ({ kind, text }) => html`<p class="notice ${kind}" role="status">${text}</p>`,
  )}`;
};

/** Changes that wait are not forgotten on another page. */
const pending = ({ say, draft, may }: Model, { path }: Panel): Html =>
  draft.present === null || path === "/review" || !may("configure")
    ? nothing
    : html`<p class="notice warn">${say("review.pending")} <a href="/review">${say("review.title")}</a></p>`;

function languageChoice({ say, view, here }: PageParts): Html {
  return html`<form method="post" action="/view" class="inline">
<input type="hidden" name="to" value="${here}">
<label for="language">${say("frame.language")}</label>
<select id="language" name="language">${languages.map(
    (one) =>
      html`<option value="${one}" lang="${one}"${one === view.language ? html` selected` : nothing}>${languageNames[one]}</option>`,
  )}</select>
<button>${say("frame.choose")}</button></form>`;
}
