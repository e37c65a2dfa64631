/**
 * What must be confirmed in words before it is stored: what the daemon objects to (the guard, a
 * parting from the peer), and a configuration after which nothing is balanced any more.
 */
import type { Config } from "../../config/config.ts";
import type { ReviewReport } from "../../control/review.ts";
import { type Problem, printProblem } from "../../keys/problem.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Form, Model } from "../panel.ts";

/** Why it must be confirmed; empty: it need not be. */
export interface Concerns {
  readonly objections: readonly Problem[];
  /** Something is balanced now, and nothing would be. */
  readonly stopsAll: boolean;
}

export const mustConfirm = ({ objections, stopsAll }: Concerns): boolean =>
  objections.length > 0 || stopsAll;

const isBalancing = (config: Config): boolean =>
  config.virtualServers.some(
    ({ active, realServers }) => active && realServers.some((server) => server.active),
  );

/** `before`: null where what is loaded cannot be read. */
export function concernsOf(
  review: ReviewReport | null,
  before: Config | null,
  next: Config | null,
): Concerns {
  const peers = review?.peer.kind === "planned" ? review.peer.objections : [];
  const own = review?.objections ?? [];
  const messages = new Set(own.map(({ message }) => message));
  const stopsAll = before !== null && next !== null && isBalancing(before) && !isBalancing(next);
  return {
    objections: [...own, ...peers.filter(({ message }) => !messages.has(message))],
    stopsAll,
  };
}

export const confirmField = "confirmed";

/** Whether the form repeats the words that the page asked for. */
export const isConfirmed = ({ say }: Model, form: Form): boolean =>
  (form.get(confirmField) ?? "").trim().toLowerCase() === say("review.words").toLowerCase();

/** The concerns and the field for the words; nothing where there are none. `wrong`: it was tried. */
export function confirmationPart({ say }: Model, concerns: Concerns, wrong: boolean): Html {
  if (!mustConfirm(concerns)) return nothing;
  const described = wrong ? "confirmed-why confirmed-wrong" : "confirmed-why";
  const lines = concerns.objections.map(
    (problem) => html`<li lang="en">${printProblem({ ...problem, file: null, hint: null })}</li>`,
  );
  return html`<div class="notice failed" id="confirmed-why">
${concerns.stopsAll ? html`<p><strong>${say("review.stops-all")}</strong></p>` : nothing}
${lines.length === 0 ? nothing : html`<ul>${lines}</ul>`}</div>
<label for="confirmed">${say("review.confirm", { words: say("review.words") })}</label>
<input id="confirmed" name="confirmed" autocomplete="off" aria-describedby="${described}"${wrong ? html` aria-invalid="true"` : nothing}>
${wrong ? html`<p class="wrong" id="confirmed-wrong">${say("review.confirm-wrong")}</p>` : nothing}`;
}
