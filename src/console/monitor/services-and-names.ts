/** What the router has apart from its table: failover services, and names of real servers. */
import type { NameStatus, ServiceStatus } from "../../control/api.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import { badge, instant, stateBadge, wordOf } from "./badge.ts";

/** Nothing where the configuration has none. */
export function servicesPart({ say, watched }: Model): Html {
  const services = watched.status?.services ?? [];
  if (services.length === 0) return nothing;
  return html`<section aria-labelledby="services-title"><h2 id="services-title">${say("control.services")}</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="services-title"><table>
<thead><tr><th scope="col">${say("control.service")}</th><th scope="col">${say("control.state")}</th>
<th scope="col">${say("control.since")}</th><th scope="col">${say("control.cause")}</th>
<th scope="col" class="number">${say("control.failures")}</th></tr></thead>
<tbody>${services.map((service) => serviceRow(say, service))}</tbody></table></div></section>`;
}

function serviceRow(
  say: Say,
  { name, state, since, cause, failures, last_error: unfit }: ServiceStatus,
): Html {
  const trouble =
    unfit === null
      ? nothing
      : html`<br>${badge("bad", say("control.unfit"))} <span lang="en">${unfit}</span>`;
  return html`<tr><th scope="row">${name}</th><td>${stateBadge(say, state)}</td><td>${instant(since)}</td>
<td><span lang="en">${cause}</span>${trouble}</td><td class="number">${failures}</td></tr>`;
}

/** Nothing where no real server is given by a name. */
export function namesPart({ say, watched }: Model): Html {
  const names = watched.status?.names ?? [];
  if (names.length === 0) return nothing;
  return html`<section aria-labelledby="names-title"><h2 id="names-title">${say("control.names")}</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="names-title"><table>
<thead><tr><th scope="col">${say("control.host-name")}</th><th scope="col">${say("control.host-addresses")}</th>
<th scope="col">${say("control.host-source")}</th><th scope="col">${say("control.host-answered")}</th><th scope="col">${say("control.host-error")}</th></tr></thead>
<tbody>${names.map((name) => nameRow(say, name))}</tbody></table></div></section>`;
}

function nameRow(say: Say, status: NameStatus): Html {
  const { name, addresses, source, answered, last_error: error } = status;
  return html`<tr><th scope="row">${name}</th><td class="address">${addresses.join(" ") || say("frame.none")}</td>
<td>${wordOf(say, `control.source-${source}`, source)}</td>
<td>${answered === null ? nothing : instant(answered)}</td><td><span lang="en">${error}</span></td></tr>`;
}
