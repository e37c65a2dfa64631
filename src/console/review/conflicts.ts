/** Keys that were changed in a draft and in what is loaded, each to another end. */
import type { Conflict } from "../../config/editing/merge.ts";
import { type Html, html } from "../html.ts";
import type { Model } from "../panel.ts";

/** Characters of a value that are shown. */
const valueMax = 200;

export function conflictsPart({ say, token }: Model, conflicts: readonly Conflict[]): Html {
  const shown = (value: unknown): string =>
    value === undefined ? say("frame.none") : JSON.stringify(value).slice(0, valueMax);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${say("review.conflicts")}"><table><caption>${say("review.conflicts")}</caption>
<thead><tr><th scope="col">${say("review.key")}</th><th scope="col">${say("review.mine")}</th><th scope="col">${say("review.theirs")}</th></tr></thead>
<tbody>${conflicts.map(
    ({ path, mine, theirs }) =>
      html`<tr><th scope="row"><code>${path.join(".")}</code></th><td><code>${shown(mine)}</code></td><td><code>${shown(theirs)}</code></td></tr>`,
  )}</tbody></table></div>
<form method="post" action="/review/yield" class="card">${token}<p>${say("review.yield-more")}</p>
<button class="main">${say("review.yield")}</button></form>`;
}
