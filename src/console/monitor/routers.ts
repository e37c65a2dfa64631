/** Both routers: what they are and do, and the heartbeat between them. */
import type { PeerStatus, Status } from "../../control/api.ts";
import { otherRole, type Role } from "../../model/router.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import { badge, instant, stateBadge, truth } from "./badge.ts";

/** Two cards; empty where nothing is known. */
export function routersPart({ say, watched }: Model): Html {
  const { status, down } = watched;
  if (status === null) return nothing;
  const here = html`<div class="card"><h3>${say("control.this")}</h3>
<dl class="facts">${thisRouter(say, status, down !== null)}</dl></div>`;
  const there =
    status.peer === null
      ? html`<p class="quiet">${say("control.alone")}</p>`
      : html`<dl class="facts">${otherRouter(say, status.peer, status.role)}</dl>`;
  return html`${here}
<div class="card"><h3>${say("control.other")}</h3>${there}</div>`;
}

const fact = (name: string, value: Html | string): Html => html`<dt>${name}</dt><dd>${value}</dd>`;

const roleWord = (say: Say, role: Role | null): string =>
  role === null ? say("control.role-none") : say(`control.role-${role}`);

/** `isOld`: the daemon does not answer any more, so its state is not what it says. */
function thisRouter(say: Say, status: Status, isOld: boolean): readonly Html[] {
  const held = status.vips.filter((vip) => vip.held).length;
  const strangers = status.vips.filter((vip) => vip.answered_by !== null);
  const { ipvs } = status;
  return [
    fact(say("control.role"), roleWord(say, status.role)),
    fact(
      say("control.state"),
      isOld ? badge("bad", say("state.unknown")) : stateBadge(say, status.state),
    ),
    fact(say("control.since"), instant(status.since)),
    fact(say("control.cause"), html`<span lang="en">${status.cause}</span>`),
    fact(
      say("control.addresses"),
      html`${say("control.held", { held, all: status.vips.length })}${strangers.map(
        ({ address, answered_by: mac }) =>
          html`<br>${address} ${badge("bad", say("control.answered", { mac: mac ?? "" }))}`,
      )}`,
    ),
    fact(
      say("control.table-sync"),
      html`${truth(say, ipvs.in_sync, "control.in-sync", "control.out-of-sync")}${
        ipvs.last_error === null ? nothing : html` <span lang="en">${ipvs.last_error}</span>`
      }`,
    ),
    fact(say("control.failback"), html`<span>${failbackWord(say, status)}</span>`),
    fact(
      say("control.config"),
      html`${say("control.serial", { serial: status.config.serial })} <code>${status.config.hash.slice(0, 12)}</code>`,
    ),
    fact(say("control.version"), status.version),
  ];
}

function failbackWord(say: Say, { failback }: Status): string {
  const { mode, blocked_by: why, in_ms: left } = failback;
  if (left !== null) return say("control.failback-in", { mode, seconds: Math.ceil(left / 1000) });
  return why === null ? mode : say("control.failback-blocked", { mode, why });
}

function otherRouter(say: Say, peer: PeerStatus, own: Role | null): readonly Html[] {
  const { config_match: match } = peer;
  return [
    fact(say("control.role"), roleWord(say, own === null ? peer.role : otherRole(own))),
    fact(say("control.state"), stateBadge(say, peer.alive ? peer.state : "unknown")),
    fact(say("control.heard"), truth(say, peer.alive, "control.alive", "control.dead")),
    fact(
      say("control.match"),
      match === null ? say("control.unknown") : truth(say, match, "frame.yes", "frame.no"),
    ),
  ];
}

/** The rows of the paths. */
export function pathsPart({ say, watched }: Model): Html {
  const paths = watched.status?.peer?.paths ?? [];
  return html`${paths.map(
    ({ name, alive, last_seen_ms: seen, rtt_ms: rtt, lost }) => html`<tr>
<th scope="row">${name}</th>
<td>${truth(say, alive, "control.alive", "control.dead")}</td>
<td class="number">${seen === null ? "-" : say("control.ago", { seconds: (seen / 1000).toFixed(1) })}</td>
<td class="number">${rtt === null ? "-" : say("control.ms", { ms: rtt.toFixed(2) })}</td>
<td class="number">${lost}</td></tr>`,
  )}`;
}

/** What the heartbeat has counted. */
export function countersPart({ say, watched }: Model): Html {
  const { status } = watched;
  if (status === null) return nothing;
  const { sent, received, late, refused } = status.heartbeat;
  const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return html`${say("control.counters", { sent, received, late, refused: refusals })}`;
}
