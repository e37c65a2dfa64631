/**
 * A file on the disk that was edited by hand and refused: it stands in the way of every saving. It
 * is mended in the draft, or given up; in both cases what is loaded takes its place.
 */
import { createHash } from "node:crypto";
import type { ConfigReport } from "../../control/api.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { isChanged } from "../drafts/draft.ts";
import { isRefusedDraft } from "../drafts/drafts.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Acted, Form, Model } from "../panel.ts";
import { differencePart } from "./difference.ts";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const seenField = "seen";

/** Nothing where the file is what is loaded. */
export function unloadedPart(model: Model, report: ConfigReport): Html {
  const { say, token } = model;
  const { unloaded, text, path, hash } = report;
  if (unloaded === undefined) return nothing;
  const isFirst = hash === "";
  const seen = html`${token}<input type="hidden" name="${seenField}" value="${hashOf(unloaded)}">`;
  const mend =
    unloaded === ""
      ? nothing
      : hasDraft(model)
        ? html`<div class="card"><p>${say(isFirst ? "review.mend-draft-first" : "review.mend-draft")}</p></div>`
        : html`<form method="post" action="/review/mend" class="card">${seen}<p>${say(isFirst ? "review.mend-first" : "review.mend-more")}</p>
<button class="main">${say("review.mend")}</button></form>`;
  const restore = isFirst
    ? nothing
    : html`<form method="post" action="/review/restore" class="card">${seen}<p>${say("review.restore-more")}</p>
<button class="danger">${say("review.restore")}</button></form>`;
  const label = say("review.unloaded-difference");
  return html`<section aria-labelledby="unloaded-title"><h2 id="unloaded-title">${say("review.unloaded")}</h2>
<p>${say("review.unloaded-more", { path })}</p>
<h3>${label}</h3>${differencePart(say, { before: text, after: unloaded, label })}
<div class="routers">${mend}${restore}</div></section>`;
}

/** A text of the user's own, which the file's may not replace. */
const hasDraft = ({ draft: { present } }: Model): boolean => present !== null && isChanged(present);

/** The text of the file becomes the draft, and what is loaded takes its place on the disk. */
export async function mend(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const { say, client } = model;
  const { unloaded, hash } = await client.config();
  if (unloaded === undefined || hashOf(unloaded) !== form.get(seenField)) return changed(model);
  if (hasDraft(model))
    return refused(say(hash === "" ? "review.mend-draft-first" : "review.mend-draft"));
  const kept = await model.draft.take(unloaded);
  if (isRefusedDraft(kept)) return refused(say("review.no-room"));
  const report = hash === "" ? null : await client.reload({ discard: hashOf(unloaded) });
  if (report?.ok === false) return { kind: "refused", problems: report.problems, to: "/review" };
  return { kind: "done", text: say("review.mended"), to: "/review" };
}

export async function restore(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const report = await model.client.reload({ discard: form.get(seenField) ?? "" });
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/review" };
  return { kind: "done", text: model.say("review.restored"), to: "/review" };
}

const changed = ({ say }: Model): Acted => refused(say("review.unloaded-changed"));

const refused = (why: string): Acted => ({
  kind: "refused",
  problems: [problemElsewhere(why)],
  to: "/review",
});
