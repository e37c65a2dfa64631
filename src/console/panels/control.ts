/** CONTROL/MONITORING: what both routers do, and the buttons that change it. */
import { type Html, html, nothing } from "../html.ts";
import { operateForms, reload, switchover } from "../monitor/buttons.ts";
import { eventsPart, olderLink } from "../monitor/events.ts";
import { graphsSection } from "../monitor/graphs.ts";
import { countersPart, pathsPart, routersPart } from "../monitor/routers.ts";
import { namesPart, servicesPart } from "../monitor/services-and-names.ts";
import { tablePage, tableParts, tablePlaces } from "../monitor/table.ts";
import type { LiveParts, Model, Panel } from "../panel.ts";
import { everyChoices } from "../web/view.ts";

export const controlPanel: Panel = {
  path: "/control",
  title: "control.title",
  help: "control.help",
  access: "read",
  render,
  live,
  actions: { switchover, reload },
};

function live(model: Model): LiveParts {
  return {
    routers: routersPart(model),
    heartbeat: heartbeatPart(model),
    ...tableParts(model),
    "table-none": noServers(model),
    "table-pages": pageLinks(model),
    services: servicesPart(model),
    names: namesPart(model),
    graphs: graphsPart(model),
    events: eventsPart(model),
  };
}

function render(model: Model): Html {
  const { say } = model;
  const parts = live(model);
  return html`${updateForm(model)}
<section aria-labelledby="routers-title"><h2 id="routers-title">${say("control.routers")}</h2>
<div id="routers" class="routers">${parts.routers}</div></section>
${operateForms(model)}
<div id="heartbeat">${parts.heartbeat}</div>
${tableSection(model, parts)}
<div id="services">${parts.services}</div>
<div id="names">${parts.names}</div>
<div id="graphs">${parts.graphs}</div>
<section aria-labelledby="events-title"><h2 id="events-title">${say("control.events")}</h2>
<ol id="events" class="events" reversed>${parts.events}</ol>${olderLink(model)}</section>`;
}

/** How often the page is brought up to date, and a link that does it now. */
function updateForm({ say, every, query }: Model): Html {
  const here = `/control${query.size === 0 ? "" : `?${query.toString()}`}`;
  const option = (value: string, chosen: boolean, word: string): Html =>
    html`<option value="${value}"${chosen ? html` selected` : nothing}>${word}</option>`;
  return html`<form method="post" action="/view" class="inline" data-at-once>
<input type="hidden" name="to" value="${here}">
<label for="every">${say("control.update")}</label>
<select id="every" name="every">${option("off", every === null, say("control.never"))}${everyChoices.map(
    (seconds) => option(String(seconds), every === seconds, say("control.every", { seconds })),
  )}</select>
<button>${say("frame.choose")}</button>
<a href="${here}">${say("control.now")}</a></form>`;
}

/** Nothing while no daemon answers, and on a router that is alone. */
function heartbeatPart(model: Model): Html {
  const { say, watched } = model;
  if (watched.status?.peer == null) return nothing;
  return html`<section aria-labelledby="heartbeat-title"><h2 id="heartbeat-title">${say("control.heartbeat")}</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="heartbeat-title"><table>
<thead><tr><th scope="col">${say("control.path")}</th><th scope="col">${say("control.state")}</th>
<th scope="col" class="number">${say("control.last-seen")}</th><th scope="col" class="number">${say("control.rtt")}</th>
<th scope="col" class="number">${say("control.lost")}</th></tr></thead>
<tbody>${pathsPart(model)}</tbody></table></div>
${countersPart(model)}</section>`;
}

function tableSection(model: Model, parts: LiveParts): Html {
  const { say } = model;
  const { text } = tablePage(model);
  return html`<section aria-labelledby="table-title"><h2 id="table-title">${say("control.table")}</h2>
<form method="get" action="/control" class="inline" role="search">
<label for="find">${say("control.find")}</label>
<input id="find" name="find" type="search" value="${text}" maxlength="100">
<button>${say("control.find-do")}</button></form>
${tableOf(model, parts)}
<div id="table-none">${parts["table-none"]}</div>
<div id="table-pages">${parts["table-pages"]}</div></section>`;
}

/** Nothing until the daemon has the first of them. */
function graphsPart({ say, watched: { graphs } }: Model): Html {
  if (graphs === null) return nothing;
  return html`<section aria-labelledby="graphs-title"><h2 id="graphs-title">${say("graphs.last")}</h2>
${graphsSection(say, graphs)}
<p><a href="/graphs">${say("graphs.more")}</a></p></section>`;
}

/** Why the table is empty; nothing where it is not. */
function noServers(model: Model): Html {
  const { say } = model;
  const { text, servers } = tablePage(model);
  if (servers.length > 0) return nothing;
  return html`<p>${text === "" ? say("control.no-servers") : say("control.none-found", { text })}</p>`;
}

function tableOf(model: Model, parts: LiveParts): Html {
  const { say } = model;
  const bodies = tablePlaces.map(
    (id) => html`<tbody id="${id}">${parts[id]}</tbody>
`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="table-title"><table>
<thead><tr><th scope="col">${say("control.server")}</th><th scope="col">${say("control.address")}</th>
<th scope="col">${say("control.state")}</th><th scope="col">${say("control.scheduler")}</th>
<th scope="col" class="number">${say("control.weight")}</th>
<th scope="col" class="number">${say("control.active")}</th><th scope="col" class="number">${say("control.inactive")}</th>
<th scope="col" class="number">${say("control.rate-connections")}</th>
<th scope="col" class="number">${say("control.rate-in")}</th><th scope="col" class="number">${say("control.rate-out")}</th>
<th scope="col">${say("control.result")}</th><th scope="col">${say("control.actions")}</th></tr></thead>
${bodies}</table></div>`;
}

/** Links to the other pages; nothing where there is one. */
function pageLinks(model: Model): Html {
  const { say } = model;
  const { page, pages } = tablePage(model);
  if (pages < 2) return nothing;
  const to = (number: number): string => {
    const query = new URLSearchParams(model.query);
    query.set("page", String(number));
    return `/control?${query.toString()}#table-title`;
  };
  const near = [...new Set([1, page - 2, page - 1, page, page + 1, page + 2, pages])].filter(
    (number) => number >= 1 && number <= pages,
  );
  return html`<nav aria-label="${say("control.pages")}" class="pages"><p>${say("control.page", { page, pages })}</p><ul>${near.map(
    (number) =>
      html`<li><a href="${to(number)}"${number === page ? html` aria-current="page"` : nothing}>${number}</a></li>`,
  )}</ul></nav>`;
}
