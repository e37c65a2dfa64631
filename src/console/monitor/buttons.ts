/** What an operator does from CONTROL/MONITORING: each form says first what it will do. */
import { type Html, html, nothing } from "../html.ts";
import type { Acted, Model } from "../panel.ts";

/** Forms that concern the router as a whole; nothing for who may not send them. */
export function operateForms(model: Model): Html {
  const { say, token } = model;
  const form = (name: "switchover" | "reload", danger: boolean): Html => html`<details>
<summary>${say(`control.${name}`)}</summary>
<form method="post" action="/control/${name}" class="card">${token}
<p>${say(`control.${name}-more`)}</p>
<button class="${danger ? "danger" : "main"}">${say(`control.${name}-do`)}</button></form></details>`;
  const forms = [
    ...(model.may("operate") ? [form("switchover", true)] : []),
    ...(model.may("configure") ? [form("reload", false)] : []),
  ];
  if (forms.length === 0) return nothing;
  return html`<section aria-labelledby="operate-title"><h2 id="operate-title">${say("control.operate")}</h2>
<div class="actions">${forms}</div></section>`;
}

export async function switchover(model: Model): Promise<Acted> {
  if (!model.may("operate")) return { kind: "forbidden" };
  const report = await model.client.switchover();
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/control" };
  const text = model.say("control.switchover-done", { ms: Math.round(report.took_ms) });
  return { kind: "done", text, to: "/control" };
}

export async function reload(model: Model): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const report = await model.client.reload();
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/control" };
  const text = model.say("control.reload-done", {
    changes: report.changes.length,
    settings: report.settings.length,
    refused: report.refused.length,
  });
  return { kind: "done", text, to: "/control" };
}
