/** What happened, newest first; a takeover opens into its parts in milliseconds. */
import type { LvsdEvent } from "../../model/event.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import { instant } from "./badge.ts";

/** Shown at first, and each time more is asked for. */
const eventsPerPage = 50;

/** How many the query asks for. */
export const eventsAsked = ({ query }: Pick<Model, "query">): number => {
  const asked = Number(query.get("events"));
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 1000) : eventsPerPage;
};

/** The items of the list. */
export function eventsPart(model: Model): Html {
  const { say, watched } = model;
  const shown = watched.events.slice(-eventsAsked(model)).reverse();
  if (shown.length === 0) return html`<li>${say("control.no-events")}</li>`;
  return html`${shown.map((event) => item(say, event))}`;
}

/** The link to more of them; nothing where all are shown. */
export function olderLink(model: Model): Html {
  const asked = eventsAsked(model);
  if (model.watched.events.length <= asked) return nothing;
  const query = new URLSearchParams(model.query);
  query.set("events", String(asked + eventsPerPage));
  return html`<p><a href="/control?${query.toString()}#events-title">${model.say("control.events-older")}</a></p>`;
}

function item(say: Say, event: LvsdEvent): Html {
  const parts =
    event.event === "state" && event.kind === "timeline" ? timelineOf(say, event) : nothing;
  return html`<li>${instant(event.at)}
<div><span lang="en" class="${event.severity}">${event.severity === "info" ? "" : `${event.severity.toUpperCase()}: `}${event.message}</span>${parts}</div></li>
`;
}

type Timeline = Extract<LvsdEvent, { event: "state"; kind: "timeline" }>;

interface Part {
  readonly key: "control.part-silence" | "control.part-claim" | "control.part-rest";
  readonly ms: number;
}

/**
 * The parts of a takeover, each as long as it took. The event says when each step was, in ms before
 * the last one.
 */
export function partsOf(event: Timeline): readonly Part[] {
  const { last_heard_ms: heard, decided_ms: decided, announced_ms: announced } = event;
  const between = (from: number, to: number): number => Math.max(0, from - to);
  return [
    ...(heard === null
      ? []
      : [{ key: "control.part-silence" as const, ms: between(heard, decided) }]),
    { key: "control.part-claim", ms: between(decided, announced) },
    { key: "control.part-rest", ms: between(announced, 0) },
  ];
}

/** The width of the bar, in units of its own. */
const barWidth = 1000;

function timelineOf(say: Say, event: Timeline): Html {
  const parts = partsOf(event);
  const whole = parts.reduce((sum, { ms }) => sum + ms, 0);
  const id = `takeover-${event.at.replaceAll(/\D/g, "")}`;
  let from = 0;
  const bars = parts.map(({ key, ms }, at) => {
    const width = whole === 0 ? 0 : (ms / whole) * barWidth;
    const bar = html`<rect class="part-${at}" x="${from.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="20"><title>${say(key)}</title></rect>`;
    from += width;
    return bar;
  });
  const rows = parts.map(
    ({ key, ms }, at) =>
      html`<tr><th scope="row"><span class="key part-${at}"></span> ${say(key)}</th><td class="number">${say("control.ms", { ms: ms.toFixed(1) })}</td></tr>`,
  );
  return html`<details id="${id}"><summary>${say("control.timeline")}: ${say("control.ms", { ms: whole.toFixed(0) })}</summary>
<svg class="takeover" viewBox="0 0 ${barWidth} 20" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<table><thead><tr><th scope="col">${say("control.part")}</th><th scope="col" class="number">${say("control.took")}</th></tr></thead>
<tbody>${rows}<tr><th scope="row">${say("control.whole")}</th><td class="number">${say("control.ms", { ms: whole.toFixed(1) })}</td></tr></tbody></table></details>`;
}
