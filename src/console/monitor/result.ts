/** What is known of one real server apart from its numbers: its check, its load, the way to it. */
import type { RealServerStatus } from "../../control/api.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import { badge, instant, wordOf } from "./badge.ts";

export function resultPart(say: Say, real: RealServerStatus): Html {
  return html`${lastResult(say, real)}${notes(say, real).map((note) => html`<br>${note}`)}`;
}

function lastResult(say: Say, { check, state }: RealServerStatus): Html {
  const { type, last_ms: took, last_error: error, since } = check;
  if (error !== null)
    return html`<span lang="en">${error}</span> <span class="quiet">(${say("control.state-since")} ${instant(since)})</span>`;
  if (type === "none") return nothing;
  const word =
    took === null || state === "checking"
      ? say("control.no-result")
      : say("control.passed", { ms: took.toFixed(1) });
  return html`<span title="${`${say("control.state-since")} ${since}`}">${word}</span>`;
}

function notes(say: Say, real: RealServerStatus): readonly Html[] {
  const { own_path: path, tripwire, load } = real;
  const own =
    path === undefined
      ? []
      : path.reached
        ? [html`<span class="quiet">${say("control.own-reached")}</span>`]
        : [html`${badge("bad", say("control.own-unreached"))} <span lang="en">${path.why}</span>`];
  const wire =
    tripwire === undefined
      ? []
      : [html`<span class="quiet">${wordOf(say, `control.tripwire-${tripwire}`, tripwire)}</span>`];
  return [...own, ...wire, ...(load === null ? [] : [loadNote(say, load)]), ...rising(say, real)];
}

function loadNote(say: Say, load: NonNullable<RealServerStatus["load"]>): Html {
  const { monitor, value, factor, last_error: error } = load;
  const shown = value === null ? "" : ` ${value}`;
  const words = say("control.load", { monitor, value: shown, factor: Number(factor.toFixed(2)) });
  const trouble = error === null ? nothing : html` <span class="wrong" lang="en">${error}</span>`;
  return html`<span class="quiet">${words}</span>${trouble}`;
}

/** Less than its weight, and no load explains it. */
function rising(say: Say, { state, weight, effective_weight: effective, load }: RealServerStatus) {
  const isRising = state === "up" && effective < weight && (load === null || load.factor >= 1);
  return isRising ? [html`<span class="quiet">${say("control.rising")}</span>`] : [];
}
