/** Both routers: what they are and do, and the heartbeat between them. */
import type { PeerStatus, Status } from "../../control/api.ts";
import type { Role } from "../../model/router.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import { badge, instant, stateBadge, truth, wordOf } from "./badge.ts";

/** Two cards; empty where nothing is known. */
export function routersPart({ say, watched }: Model): Html {
  const { status, down } = watched;
  if (status === null) return nothing;
  const here = html`<div class="card"><h3>${say("control.this")}</h3>
<dl class="facts">${thisRouter(say, status, down !== null)}</dl></div>`;
  const there =
    status.peer === null
      ? html`<p class="quiet">${say("control.alone")}</p>`
      : html`<dl class="facts">${otherRouter(say, status.peer)}</dl>`;
  return html`${here}
<div class="card"><h3>${say("control.other")}</h3>${there}</div>`;
}

const fact = (name: string, value: Html | string): Html => html`<dt>${name}</dt><dd>${value}</dd>`;

const roleWord = (say: Say, role: Role | null): string =>
  role === null ? say("control.role-none") : wordOf(say, `control.role-${role}`, role);

/** `isOld`: the daemon does not answer any more, so its state is not what it says. */
function thisRouter(say: Say, status: Status, isOld: boolean): readonly Html[] {
  const { ipvs } = status;
  return [
    fact(say("control.role"), roleWord(say, status.role)),
    fact(
      say("control.state"),
      isOld ? badge("bad", say("state.unknown")) : stateBadge(say, status.state),
    ),
    fact(say("control.since"), instant(status.since)),
    fact(say("control.cause"), html`<span lang="en">${status.cause}</span>`),
    fact(say("control.addresses"), vipsPart(say, status)),
    ...(status.role === null ? [] : [fact(say("control.table-sync"), tablePart(say, ipvs))]),
    ...kernelFacts(say, status),
    fact(say("control.failback"), html`<span>${failbackWord(say, status)}</span>`),
    fact(
      say("control.config"),
      html`${say("control.serial", { serial: status.config.serial })} <code>${status.config.hash.slice(0, 12)}</code><br><span class="quiet">${status.config.path}</span>`,
    ),
    ...refusedFacts(say, status),
    fact(say("control.version"), status.version),
    fact(say("control.started"), instant(status.started)),
  ];
}

const tablePart = (say: Say, ipvs: Status["ipvs"]): Html =>
  html`${truth(say, ipvs.in_sync, "control.in-sync", "control.out-of-sync")}${
    ipvs.last_error === null ? nothing : html` <span lang="en">${ipvs.last_error}</span>`
  }${noted(say("control.repaired", { count: ipvs.drifts }), ipvs.drifts > 0)}${noted(
    say("control.foreign", { count: ipvs.foreign_services }),
    ipvs.foreign_services > 0,
  )}`;

/** A line more where it says something. */
const noted = (text: string, holds: boolean): Html => (holds ? html`<br>${text}` : nothing);

/** Addresses that are listed; a pair with more looks at `lvsd status`. */
const vipsMax = 100;

function vipsPart(say: Say, { vips }: Status): Html {
  const held = vips.filter((vip) => vip.held).length;
  const strangers = vips.filter((vip) => vip.answered_by !== null);
  const word = say("control.held", { held, all: vips.length });
  if (vips.length === 0) return html`${word}`;
  const rows = vips
    .slice(0, vipsMax)
    .map(
      (vip) =>
        html`<li>${vip.address} ${vip.device}: ${say(vip.held ? "control.vip-held" : "control.vip-free")}</li>`,
    );
  const more = vips.length - vipsMax;
  return html`${word}${strangers.map(
    ({ address, answered_by: mac }) =>
      html`<br>${address} ${badge("bad", say("control.answered", { mac: mac ?? "" }))}`,
  )}<details id="vips"><summary>${say("control.vips-all")}</summary><ul>${rows}</ul>${
    more > 0 ? say("control.more", { count: more }) : nothing
  }</details>`;
}

/** What concerns the kernel and the machine, where there is something. */
function kernelFacts(say: Say, status: Status): readonly Html[] {
  const { kernel, connection_sync: sync, fence, commands } = status;
  const wrong = kernel.wrong.map((one) => html`<br><span class="wrong" lang="en">${one}</span>`);
  return [
    fact(
      say("control.kernel"),
      html`${truth(say, wrong.length === 0, "control.in-sync", "control.out-of-sync")}${noted(
        say("control.repaired", { count: kernel.repairs }),
        kernel.repairs > 0,
      )}${wrong}`,
    ),
    ...(sync === null ? [] : [fact(say("control.sync"), say("control.sync-is", sync))]),
    ...(fence === null
      ? []
      : [
          fact(
            say("control.fence"),
            html`${badge("bad", say("control.fence-failed"))} <span lang="en">${fence}</span>`,
          ),
        ]),
    ...(commands === null
      ? []
      : [fact(say("control.commands"), wordOf(say, `control.commands-${commands}`, commands))]),
  ];
}

/** What was refused, by source and reason; nothing where nothing was. */
function refusedFacts(say: Say, { refused }: Status): readonly Html[] {
  const all = Object.entries(refused).flatMap(([source, reasons]) =>
    Object.entries(reasons)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => ({ source, reason, count })),
  );
  if (all.length === 0) return [];
  const count = all.reduce((sum, one) => sum + one.count, 0);
  const lines = all.map((one) => html`<li>${say("control.refused-of", one)}</li>`);
  const summary = say("control.refused-all", { count });
  return [
    fact(
      say("control.refused"),
      html`<details id="refused"><summary>${summary}</summary><ul lang="en">${lines}</ul></details>`,
    ),
  ];
}

function failbackWord(say: Say, { failback }: Status): string {
  const { mode, blocked_by: why, in_ms: left } = failback;
  if (left !== null) return say("control.failback-in", { mode, seconds: Math.ceil(left / 1000) });
  return why === null ? mode : say("control.failback-blocked", { mode, why });
}

function otherRouter(say: Say, peer: PeerStatus): readonly Html[] {
  const { config_match: match, since, cause } = peer;
  return [
    fact(say("control.role"), roleWord(say, peer.role)),
    fact(say("control.state"), stateBadge(say, peer.alive ? peer.state : "unknown")),
    ...(since === null ? [] : [fact(say("control.since"), instant(since))]),
    ...(cause === null ? [] : [fact(say("control.cause"), html`<span lang="en">${cause}</span>`)]),
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
  const { sent, received, late, refused, protocol, speaks, authenticated } = status.heartbeat;
  const reasons = Object.entries(refused).filter(([, count]) => count > 0);
  const refusals = reasons.reduce((sum, [, count]) => sum + count, 0);
  const spoken =
    speaks === null ? nothing : html`<br>${say("control.speaks", { protocol, speaks })}`;
  const signed =
    authenticated === null
      ? nothing
      : html`, ${say(authenticated ? "control.signed" : "control.unsigned")}`;
  const listed = reasons.map(([reason, count]) => html`<li>${reason}: ${count}</li>`);
  const why =
    reasons.length === 0
      ? nothing
      : html`<details id="heartbeat-refused"><summary>${say("control.refused")}</summary><ul lang="en">${listed}</ul></details>`;
  return html`<p class="quiet">${say("control.counters", { sent, received, late, refused: refusals })}${spoken}${signed}</p>${why}`;
}
