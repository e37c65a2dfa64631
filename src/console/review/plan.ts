/** What both routers would do with a draft: VIPs, IPVS table, packet filter, settings. */
import type { PlanReport } from "../../control/api.ts";
import type { PeerReview, ReviewReport } from "../../control/review.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Model } from "../panel.ts";
import { problemList } from "../web/problems.ts";

/** Lines of one area that are shown. */
const linesMax = 300;

const areas = ["vip", "ipvs", "nft"] as const;
const signs = { add: "+", edit: "~", delete: "-" } as const;

export function planPart(model: Model, review: ReviewReport): Html {
  const { say } = model;
  return html`<div class="routers">
<section class="card" aria-labelledby="plan-here"><h3 id="plan-here">${say("review.here")}</h3>${planOf(model, review)}</section>
${review.peer.kind === "none" ? nothing : peerPart(model, review.peer)}</div>`;
}

function peerPart(model: Model, peer: Exclude<PeerReview, { kind: "none" }>): Html {
  const { say } = model;
  const content = (): Html => {
    if (peer.kind === "planned") return planOf(model, peer.plan);
    if (peer.kind === "refused")
      return html`<p class="wrong">${say("review.peer-refused")}</p>${problemList(peer.problems)}`;
    if (peer.kind === "unknown")
      return html`<p>${say("review.peer-unknown")}</p><p class="hint" lang="en">${peer.why}</p>`;
    return html`<p>${say("review.peer-away")}</p>`;
  };
  return html`<section class="card" aria-labelledby="plan-peer"><h3 id="plan-peer">${say("review.peer")}</h3>${content()}</section>`;
}

function planOf({ say }: Model, plan: PlanReport): Html {
  const lists = areas.map((area) => {
    const changes = plan.changes.filter((change) => change.area === area);
    if (changes.length === 0) return nothing;
    const lines = changes
      .slice(0, linesMax)
      .map(
        ({ action, text }) =>
          html`<li class="${action}"><span aria-hidden="true">${signs[action]}</span> <span class="off-screen">${say(`review.${action}`)}</span> ${text}</li>`,
      );
    const more = changes.length - linesMax;
    return html`<h4>${say(`review.${area}`)}</h4><ul class="plan" lang="en">${lines}</ul>
${more > 0 ? html`<p>${say("review.more-lines", { count: more })}</p>` : nothing}`;
  });
  const settings =
    plan.settings.length === 0
      ? nothing
      : html`<h4>${say("review.settings")}</h4><ul class="plan" lang="en">${plan.settings
          .slice(0, linesMax)
          .map((setting) => html`<li>${setting}</li>`)}</ul>`;
  if (plan.changes.length === 0 && plan.settings.length === 0)
    return html`<p>${say("review.nothing")}</p>`;
  return html`${lists}${settings}
<p class="hint">${say("review.unchanged", { count: plan.unchanged_services })}</p>`;
}
