/** REAL SERVER SCRIPT: what prepares a real server, to copy. */
import { formats, type MethodName, methodNames } from "../../../advice/real-server/method.ts";
import { printableLines } from "../../../model/printable.ts";
import { flagged, type Html, html, nothing } from "../../html.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import { problemList } from "../../web/problems.ts";

export const scriptPanel: Panel = {
  path: "/script",
  title: "script.title",
  help: "script.help",
  access: "read",
  render,
  actions: { save },
};

interface Asked {
  readonly virtualServer: string;
  readonly realServer: string | null;
  readonly method: MethodName | null;
  readonly format: (typeof formats)[number];
  readonly undo: boolean;
}

const given = (form: URLSearchParams, name: string): string | null => form.get(name) || null;

function askedOf(form: URLSearchParams): Asked {
  const method = given(form, "method");
  const format = given(form, "format");
  return {
    virtualServer: given(form, "server") ?? "",
    realServer: given(form, "real"),
    method: methodNames.find((name) => name === method) ?? null,
    format: formats.find((name) => name === format) ?? "script",
    undo: form.get("undo") === "yes",
  };
}

async function render(model: Model): Promise<Html> {
  const { say, client, query, token } = model;
  const asked = askedOf(query);
  const head = html`<p>${say("script.help")}</p>${choice(model, asked)}`;
  if (asked.virtualServer === "") return html`${head}<p>${say("script.choose")}</p>`;
  const report = await client.realServerScript(asked);
  if (!report.ok) return html`${head}${problemList(report.problems)}`;
  const { method, text, warning } = report;
  const hidden = [...query].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`${head}
<section aria-labelledby="script-title"><h2 id="script-title">${say("script.text", { method })}</h2>
${warning === null ? nothing : html`<p class="notice warn" lang="en">${warning}</p>`}
<form method="post" action="/script/save" class="inline">${token}${hidden}<button>${say("script.download")}</button></form>
<pre tabindex="0" role="group" aria-labelledby="script-title" lang="en" data-copy="${say("script.copy")}"><code>${printableLines(text, "\t")}</code></pre></section>`;
}

function choice({ say, watched }: Model, asked: Asked): Html {
  const servers = watched.status?.virtual_servers ?? [];
  const reals = servers.find(({ name }) => name === asked.virtualServer)?.real_servers ?? [];
  const option = (value: string, word: string, chosen: boolean): Html =>
    html`<option value="${value}"${flagged("selected", chosen)}>${word}</option>`;
  const select = (name: string, label: string, options: Html | readonly Html[]): Html =>
    html`<label for="${name}">${label}</label>
<select id="${name}" name="${name}">${options}</select>`;
  return html`<form method="get" action="/script" class="fields">
${select("server", say("script.server"), [
  ...(asked.virtualServer === "" ? [option("", "", true)] : []),
  ...servers.map(({ name }) => option(name, name, name === asked.virtualServer)),
])}
${select("real", say("script.real"), [
  option("", say("script.all"), asked.realServer === null),
  ...reals.map(({ name }) => option(name, name, name === asked.realServer)),
])}
${select("method", say("script.method"), [
  option("", say("script.fitting"), asked.method === null),
  ...methodNames.map((name) => option(name, name, name === asked.method)),
])}
${select(
  "format",
  say("script.format"),
  formats.map((name) => option(name, say(`script.${name}`), name === asked.format)),
)}
<p><input type="checkbox" id="undo" name="undo" value="yes"${flagged("checked", asked.undo)}> <label for="undo">${say("script.undo")}</label></p>
<button class="main">${say("script.show")}</button></form>`;
}

async function save({ client }: Model, form: Form): Promise<Acted> {
  const asked = askedOf(form);
  const report = await client.realServerScript(asked);
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/script" };
  const { virtualServer, realServer, undo } = asked;
  const name = ["lvsd", virtualServer, realServer ?? "", undo ? "undo" : ""].filter(Boolean);
  return { kind: "file", name: `${name.join("-")}.sh`, text: report.text };
}
