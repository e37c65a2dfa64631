/** GRAPHS: the last hours or a day, of the router or of one virtual server. */

import { type Html, html, nothing } from "../html.ts";
import { graphsSection } from "../monitor/graphs.ts";
import type { Model, Panel } from "../panel.ts";
import { problemList } from "../web/problems.ts";

export const graphsPanel: Panel = {
  path: "/graphs",
  title: "graphs.title",
  help: "graphs.help",
  access: "read",
  menu: false,
  within: "/control",
  render,
};

async function render(model: Model): Promise<Html> {
  const { client, query, watched } = model;
  const name = query.get("server") ?? "";
  const day = query.get("span") === "day";
  const status = watched.status;
  if (status === null || watched.down !== null) return choice(model, name, day);
  const report = await client.graphs({ virtualServer: name === "" ? null : name, day });
  const shown = report.ok
    ? report.lines.some(({ values }) => values.length > 0)
      ? graphsSection(model.say, report)
      : html`<p>${model.say("graphs.none")}</p>`
    : problemList(report.problems);
  return html`${choice(model, name, day)}
${shown}`;
}

/** Whose graphs, and how far back. */
function choice({ say, watched }: Model, name: string, day: boolean): Html {
  const option = (value: string, word: string, chosen: boolean): Html =>
    html`<option value="${value}"${chosen ? html` selected` : nothing}>${word}</option>`;
  const servers = watched.status?.virtual_servers ?? [];
  return html`<form method="get" action="/graphs" class="inline" data-at-once>
<label for="server">${say("graphs.server")}</label>
<select id="server" name="server">${option("", say("graphs.router"), name === "")}${servers.map(
    (server) => option(server.name, server.name, server.name === name),
  )}</select>
<label for="span">${say("graphs.span")}</label>
<select id="span" name="span">${option("hours", say("graphs.hours"), !day)}${option("day", say("graphs.day"), day)}</select>
<button>${say("graphs.show")}</button></form>`;
}
