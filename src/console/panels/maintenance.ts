/**
 * MAINTENANCE: one real server or virtual server, what takes it out and back, and what comes of it.
 * The page is the confirmation: the table leads here, and each button says what it will do.
 */
import type { RealServerStatus, VirtualServerStatus } from "../../control/api.ts";
import { printable } from "../../model/printable.ts";
import { type Html, html, nothing } from "../html.ts";
import { instant, stateBadge } from "../monitor/badge.ts";
import type { Acted, Form, LiveParts, Model, Panel } from "../panel.ts";

export const maintenancePanel: Panel = {
  path: "/maintenance",
  title: "maintenance.title",
  help: "maintenance.help",
  access: "operate",
  menu: false,
  within: "/control",
  render: (model) => page(model, model.query, null),
  live,
  actions: { drain: order("drain"), disable: order("disable"), enable: order("enable") },
};

type Order = "drain" | "disable" | "enable";

interface Subject {
  readonly server: VirtualServerStatus;
  /** Null: the virtual server itself. */
  readonly real: RealServerStatus | null;
}

/** What is meant; null: there is no such server, or the user may not touch it. */
function subjectOf({ watched, may }: Model, given: URLSearchParams): Subject | null {
  const name = given.get("server") ?? "";
  const realName = given.get("real");
  const server = watched.status?.virtual_servers.find((one) => one.name === name);
  if (server === undefined || !may("operate", name)) return null;
  const real = server.real_servers.find((one) => one.name === realName) ?? null;
  return realName !== null && real === null ? null : { server, real };
}

function live(model: Model): LiveParts {
  const subject = subjectOf(model, model.query);
  return { subject: subject === null ? nothing : factsOf(model, subject) };
}

/** `unsure`: the order whose confirmation is missing. */
function page(model: Model, given: URLSearchParams, unsure: Order | null): Html {
  const { say } = model;
  const subject = subjectOf(model, given);
  const back = html`<p><a href="/control#table-title">${say("maintenance.back")}</a></p>`;
  if (subject === null) return html`<p>${say("maintenance.none")}</p>${back}`;
  const { server, real } = subject;
  const title =
    real === null
      ? say("maintenance.of-server", { server: server.name })
      : say("maintenance.of-real", { server: server.name, real: real.name });
  const orders: readonly Order[] =
    real === null ? ["disable", "enable"] : ["drain", "disable", "enable"];
  return html`<section aria-labelledby="subject-title"><h2 id="subject-title">${title}</h2>
<div id="subject">${factsOf(model, subject)}</div>
<div class="routers">${orders.map((one) => form(model, subject, one, unsure === one))}</div>
</section>${back}`;
}

function factsOf({ say, watched }: Model, { server, real }: Subject): Html {
  const of = real ?? server;
  const inForce = watched.status?.maintenance.find(
    (one) => one.virtual_server === server.name && one.real_server === (real?.name ?? null),
  );
  const orderWord =
    inForce === undefined
      ? say("frame.none")
      : say(`maintenance.ordered-${inForce.order}`, {
          by: printable(inForce.by),
          since: inForce.since.slice(0, 19),
        });
  const checked =
    real === null
      ? nothing
      : html`<dt>${say("control.since")}</dt><dd>${instant(real.check.since)}</dd>
${real.check.last_error === null ? nothing : html`<dt>${say("control.result")}</dt><dd lang="en">${real.check.last_error}</dd>`}`;
  return html`<dl class="facts"><dt>${say("control.state")}</dt><dd>${stateBadge(say, of.state)}</dd>
<dt>${say("maintenance.connections")}</dt><dd>${say("maintenance.counted", {
    active: of.active_connections,
    inactive: of.inactive_connections,
  })}</dd>
<dt>${say("maintenance.order")}</dt><dd>${orderWord}</dd>${checked}</dl>`;
}

/** Whether the order would leave the virtual server without anybody who serves. */
function stops({ server, real }: Subject, given: Order): boolean {
  if (given === "enable" || server.state === "disabled") return false;
  if (real === null) return true;
  if (real.effective_weight === 0) return false;
  return server.real_servers.every((one) => one === real || one.effective_weight === 0);
}

function form({ say, token, may }: Model, subject: Subject, given: Order, unsure: boolean): Html {
  const { server, real } = subject;
  const more =
    real === null && given === "disable"
      ? say("maintenance.disable-server-more")
      : say(`maintenance.${given}-more`);
  const warning = real === null ? "maintenance.stops" : "maintenance.last";
  const mine = unsure ? html` aria-invalid="true" aria-describedby="sure-${given}-wrong"` : nothing;
  const confirm = stops(subject, given)
    ? html`<p class="notice warn">${say(warning, { server: server.name })}</p>
<p><input type="checkbox" id="sure-${given}" name="sure" value="yes" required${mine}>
<label for="sure-${given}">${say("maintenance.sure", { server: server.name })}</label></p>
${unsure ? html`<p class="wrong" id="sure-${given}-wrong">${say("maintenance.unsure", { server: server.name })}</p>` : nothing}`
    : nothing;
  const everywhere =
    real === null || !may("operate")
      ? nothing
      : html`<p><input type="checkbox" id="everywhere-${given}" name="everywhere" value="yes">
<label for="everywhere-${given}">${say("maintenance.everywhere", { address: real.address })}</label></p>`;
  return html`<form method="post" action="/maintenance/${given}" class="card">${token}
<input type="hidden" name="server" value="${server.name}">
${real === null ? nothing : html`<input type="hidden" name="real" value="${real.name}">`}
<p>${more}</p>${confirm}${everywhere}
<button class="${given === "enable" ? "main" : "danger"}">${say(`maintenance.${given}`)}</button></form>`;
}

function order(given: Order) {
  return async (model: Model, sent: Form): Promise<Acted> => {
    const { say, client } = model;
    const virtualServer = sent.get("server") ?? "";
    const realServer = sent.get("real");
    const everywhere = realServer !== null && sent.get("everywhere") === "yes";
    if (!model.may("operate", everywhere ? null : virtualServer)) return { kind: "forbidden" };
    const query = new URLSearchParams(
      realServer === null ? { server: virtualServer } : { server: virtualServer, real: realServer },
    );
    const subject = subjectOf(model, query);
    if (subject === null || (realServer === null && given === "drain"))
      return { kind: "again", content: page(model, query, null) };
    if (stops(subject, given) && sent.get("sure") !== "yes")
      return { kind: "again", content: page(model, query, given) };
    const by = model.user.name;
    const report =
      realServer === null
        ? await client[`${given === "enable" ? given : "disable"}VirtualServer`]({
            virtualServer,
            by,
          })
        : await client[`${given}RealServer`]({ virtualServer, realServer, everywhere, by });
    const to = `/maintenance?${query.toString()}`;
    if (!report.ok) return { kind: "refused", problems: report.problems, to };
    const names = report.changed.map((one) =>
      [one.virtual_server, one.real_server ?? ""].join(" ").trim(),
    );
    const done =
      names.length === 0
        ? say("maintenance.was-so")
        : say("maintenance.done", { order: say(`maintenance.${given}`), names: names.join(", ") });
    return {
      kind: "done",
      text: report.kept ? done : `${done} ${say("maintenance.not-kept")}`,
      to,
    };
  };
}
