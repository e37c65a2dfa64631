/** HISTORY: the configurations that were replaced, what differs between them, and the way back. */
import type { HistoryReport } from "../../../control/api.ts";
import { problemElsewhere } from "../../../keys/problem.ts";
import { messageOf } from "../../../model/error.ts";
import { isRefusedDraft } from "../../drafts/drafts.ts";
import { readDraft } from "../../drafts/read-draft.ts";
import { type Html, html, nothing } from "../../html.ts";
import { instant } from "../../monitor/badge.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import {
  concernsOf,
  confirmationPart,
  isConfirmed,
  mustConfirm,
} from "../../review/confirmation.ts";
import { differencePart } from "../../review/difference.ts";
import { storedText } from "../../review/stored.ts";
import { problemList } from "../../web/problems.ts";

export const historyPanel: Panel = {
  path: "/history",
  title: "history.title",
  help: "history.help",
  access: "read",
  render: (model) => render(model, nothing),
  actions: { rollback, draft: takeAsDraft },
};

/** 0: what is loaded; 1: what it replaced, and so on. */
type Back = number;

async function render(model: Model, above: Html): Promise<Html> {
  try {
    const history = await model.client.pastConfigs();
    return html`${above}${await difference(model, history)}${table(model, history)}`;
  } catch (thrown) {
    return html`${above}${problemList([problemElsewhere(messageOf(thrown))])}`;
  }
}

function table(model: Model, history: HistoryReport): Html {
  const { say } = model;
  const may = model.may("configure");
  const rows = history.past.map(({ serial, hash, at }, index) => {
    const back = index + 1;
    const withPresent = `/history?from=${back}&to=0`;
    return html`<tr><th scope="row">${serial}</th><td>${instant(at)}</td><td><code>${hash.slice(0, 12)}</code></td>
<td><a href="${withPresent}">${say("history.with-present", { serial })}</a></td>
${may ? html`<td>${backForms(model, { back, serial, hash })}</td>` : nothing}</tr>`;
  });
  const present =
    history.hash === ""
      ? nothing
      : html`<p>${say("history.present", { serial: history.serial })} <code>${history.hash.slice(0, 12)}</code></p>`;
  return html`${present}
${history.past.length === 0 ? html`<p>${say("history.none")}</p>` : compareForm(model, history)}
${
  history.past.length === 0
    ? nothing
    : html`<div class="scroll" tabindex="0" role="region" aria-label="${say("history.title")}"><table><caption>${say("history.replaced")}</caption><thead><tr><th scope="col">${say("history.serial")}</th>
<th scope="col">${say("history.at")}</th><th scope="col">SHA-256</th><th scope="col">${say("review.difference")}</th>
${may ? html`<th scope="col">${say("history.back")}</th>` : nothing}</tr></thead><tbody>${rows}</tbody></table></div>`
}`;
}

function backForms(
  { say, token }: Model,
  { back, serial, hash }: { back: Back; serial: number; hash: string },
): Html {
  const fields = html`${token}<input type="hidden" name="back" value="${back}"><input type="hidden" name="hash" value="${hash}">`;
  return html`<details><summary aria-label="${say("history.rollback-to", { serial })}">${say("history.rollback")}</summary>
<form method="post" action="/history/rollback" class="card">${fields}
<p>${say("history.rollback-more", { serial })}</p><button class="danger">${say("history.rollback-do", { serial })}</button></form>
<form method="post" action="/history/draft" class="card">${fields}
<p>${say("history.draft-more")}</p><button>${say("history.draft", { serial })}</button></form></details>`;
}

function compareForm({ say, query }: Model, { serial, past }: HistoryReport): Html {
  const choice = (name: "from" | "to", usual: Back): Html => {
    const chosen = backIn(query.get(name)) ?? usual;
    const option = (back: Back, text: string): Html =>
      html`<option value="${back}"${back === chosen ? html` selected` : nothing}>${text}</option>`;
    return html`<label for="${name}">${say(`history.${name}`)}</label> <select id="${name}" name="${name}">
${option(0, say("history.option-present", { serial }))}${past.map((one, index) => option(index + 1, `${one.serial} (${one.at.slice(0, 19).replace("T", " ")} UTC)`))}</select>`;
  };
  return html`<form method="get" action="/history" class="inline">${choice("from", 1)}${choice("to", 0)}
<button>${say("history.compare")}</button></form>`;
}

const backIn = (text: string | null): Back | null =>
  text !== null && /^\d{1,3}$/.test(text) ? Number(text) : null;

/** What `?from=2&to=0` asks for; nothing where it asks for nothing. */
async function difference(model: Model, history: HistoryReport): Promise<Html> {
  const { say, query } = model;
  const from = backIn(query.get("from"));
  const to = backIn(query.get("to"));
  if (from === null || to === null) return nothing;
  const [before, after] = await Promise.all([textOf(model, from), textOf(model, to)]);
  if (before === null || after === null) return html`<p class="wrong">${say("history.gone")}</p>`;
  const serialOf = (back: Back): number =>
    back === 0 ? history.serial : (history.past[back - 1]?.serial ?? 0);
  const label = say("history.difference", { from: serialOf(from), to: serialOf(to) });
  return html`<h2>${label}</h2>
${differencePart(say, { before, after, label })}`;
}

async function textOf({ client }: Model, back: Back): Promise<string | null> {
  if (back === 0) return (await client.config()).text;
  const past = await client.pastConfig({ back });
  return past.ok ? past.text : null;
}

/** The one that the form was about: others may have been replaced since. */
async function chosen(model: Model, form: Form): Promise<{ back: Back; text: string } | null> {
  const { past } = await model.client.pastConfigs();
  const hash = form.get("hash") ?? "";
  const back = past.findIndex((one) => one.hash === hash) + 1;
  const text = back === 0 ? null : await textOf(model, back);
  return text === null ? null : { back, text };
}

const gone = async (model: Model): Promise<Acted> => ({
  kind: "again",
  content: await render(
    model,
    html`<p class="notice failed" role="alert">${model.say("history.gone")}</p>`,
  ),
});

async function rollback(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const found = await chosen(model, form);
  if (found === null) return gone(model);
  const [base, review] = await Promise.all([
    model.client.config(),
    model.client.review({ text: found.text }),
  ]);
  if (!review.ok) return { kind: "refused", problems: review.problems, to: "/history" };
  const [before, next] = [base.text, found.text].map((text) => readDraft(base, text));
  const config = (read: typeof before) => (read && "config" in read ? read.config : null);
  const concerns = concernsOf(review, config(before), config(next));
  const confirm = mustConfirm(concerns);
  if (confirm && !isConfirmed(model, form)) {
    const wrong = form.has("confirmed");
    const content = await render(
      model,
      html`<form method="post" action="/history/rollback" class="fields">
${model.token}<input type="hidden" name="hash" value="${form.get("hash")}">
${confirmationPart(model, concerns, wrong)}<button class="danger">${model.say("history.rollback")}</button></form>`,
    );
    return { kind: "again", content };
  }
  const report = await model.client.rollback({ back: found.back, yes: confirm });
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/history" };
  return { kind: "done", text: storedText(model.say, report), to: "/history" };
}

async function takeAsDraft(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const found = await chosen(model, form);
  if (found === null) return gone(model);
  const kept = await model.draft.take(found.text);
  if (!isRefusedDraft(kept))
    return { kind: "done", text: model.say("history.draft-done"), to: "/review" };
  const problems = [problemElsewhere(model.say("review.no-room"))];
  return { kind: "refused", problems, to: "/history" };
}
