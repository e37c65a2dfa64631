/** REVIEW: what the user has changed, what both routers would make of it, and its application. */
import { createHash } from "node:crypto";
import type { Config } from "../../../config/config.ts";
import { withIncluded } from "../../../config/editing/take-in.ts";
import type { ReadResult } from "../../../config/read-config.ts";
import type { Refusal } from "../../../control/api.ts";
import type { ReviewReport } from "../../../control/review.ts";
import { type Problem, problemElsewhere } from "../../../keys/problem.ts";
import { messageOf } from "../../../model/error.ts";
import type { Draft, Rebased } from "../../drafts/draft.ts";
import { isRefusedDraft } from "../../drafts/drafts.ts";
import { readDraft } from "../../drafts/read-draft.ts";
import { takeInForm } from "../../forms/virtual-server-form.ts";
import { type Html, html, nothing } from "../../html.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import {
  type Concerns,
  concernsOf,
  confirmationPart,
  isConfirmed,
  mustConfirm,
} from "../../review/confirmation.ts";
import { conflictsPart } from "../../review/conflicts.ts";
import { differencePart } from "../../review/difference.ts";
import { planPart } from "../../review/plan.ts";
import { storedText } from "../../review/stored.ts";
import { mend, restore, unloadedPart } from "../../review/unloaded.ts";
import { problemList } from "../../web/problems.ts";

export const reviewPanel: Panel = {
  path: "/review",
  title: "review.title",
  help: "review.help",
  access: "configure",
  render: async (model) => html`${await unloadedHere(model)}${await render(model, false)}`,
  actions: {
    apply,
    discard,
    yield: yielded,
    text: takeText,
    include: takeIn,
    mend,
    restore,
  },
  // A configuration of 4 MiB, most of whose characters a form writes as three.
  formBytesMax: 12 * 1024 * 1024,
};

/** What stands in the way; nothing where the daemon does not answer, which is said below. */
const unloadedHere = async (model: Model): Promise<Html> => {
  const report = await model.client.config().catch(() => null);
  return report === null ? nothing : unloadedPart(model, report);
};

/** Larger texts are edited elsewhere: browsers get slow. */
const textareaMax = 1024 * 1024;

/** What is known of a draft before it is applied. */
interface Judged {
  readonly draft: Draft;
  readonly read: ReadResult;
  readonly review: ReviewReport | Refusal | null;
  readonly concerns: Concerns;
}

const configOf = (read: ReadResult): Config | null => ("config" in read ? read.config : null);

async function judge(model: Model, draft: Draft): Promise<Judged> {
  const read = readDraft(draft.base, draft.text);
  const before = draft.base.hash === "" ? null : readDraft(draft.base, draft.base.text);
  const isFirst = draft.base.hash === "";
  // A router without a configuration plans nothing.
  const review =
    isFirst || !("config" in read) ? null : await model.client.review({ text: draft.text });
  const known = review?.ok === true ? review : null;
  return {
    draft,
    read,
    review,
    concerns: concernsOf(known, before === null ? null : configOf(before), configOf(read)),
  };
}

/** Identifies what was shown: another text, or another one under it, is not applied unseen. */
const sealOf = ({ base, text }: Draft): string =>
  createHash("sha256").update(`${base.hash}\n${text}`).digest("hex");

async function render(model: Model, wrong: boolean): Promise<Html> {
  const { say } = model;
  let rebased: Rebased | null;
  try {
    rebased = await model.draft.rebase();
  } catch (thrown) {
    return html`${problemList([problemElsewhere(messageOf(thrown))])}${textForm(model, model.draft.present)}`;
  }
  const { present } = model.draft;
  if (rebased === null || present === null)
    return html`<p>${say("review.none")}</p>${textForm(model, await opened(model))}`;
  if (rebased.kind !== "fits")
    return html`${outdated(model, present, rebased)}${discardForm(model)}`;
  const judged = await judge(model, present);
  const moved = rebased.moved
    ? html`<p class="notice warn" role="status">${say("review.moved", { serial: present.base.serial })}</p>`
    : nothing;
  const { hash, serial } = present.base;
  const made = hash === "" ? say("review.first") : say("review.made-on", { serial });
  return html`${moved}<p>${made}</p>
<h2>${say("review.difference")}</h2>
${differencePart(say, { before: present.base.text, after: present.text, label: say("review.difference") })}
${includedPart(model, present)}${verdict(model, judged, wrong)}
${textForm(model, present)}${discardForm(model)}`;
}

/** The files that belong to the configuration and are not stored with it. */
function includedPart(model: Model, draft: Draft): Html {
  const read = readDraft(draft.base, draft.text);
  const files = "config" in read ? read.files.slice(1) : draft.base.includes;
  if (files.length === 0) return nothing;
  const names = files.map(({ path }) => path).join(", ");
  return html`<p class="hint">${model.say("review.includes", { files: names })}</p>${takeInForm(model)}`;
}

/** The draft that would be begun, for the text in the form; null: nothing is known. */
const opened = (model: Model): Promise<Draft | null> => model.draft.open().catch(() => null);

function verdict(model: Model, judged: Judged, wrong: boolean): Html {
  const { say } = model;
  const { read, review } = judged;
  if ("problems" in read)
    return html`<section class="banner bad"><h2>${say("review.invalid")}</h2>${problemList(read.problems)}</section>`;
  if (review?.ok === false)
    return html`<section class="banner bad"><h2>${say("frame.refused")}</h2>${problemList(review.problems)}</section>`;
  const warnings =
    read.warnings.length === 0
      ? nothing
      : html`<h2>${say("review.warnings")}</h2>${problemList(read.warnings)}`;
  const plan =
    review === null
      ? nothing
      : html`<section aria-labelledby="plan-title"><h2 id="plan-title">${say("review.plan")}</h2>${planPart(model, review)}</section>`;
  return html`${warnings}${plan}${applyForm(model, judged, wrong)}`;
}

function applyForm(model: Model, { draft, concerns }: Judged, wrong: boolean): Html {
  const { say, token } = model;
  return html`<form method="post" action="/review/apply" class="fields">${token}
<input type="hidden" name="seal" value="${sealOf(draft)}">
${confirmationPart(model, concerns, wrong)}
<p id="apply-more">${say("review.apply-more")}</p>
<button class="${mustConfirm(concerns) ? "danger" : "main"}" aria-describedby="apply-more">${say("review.apply")}</button></form>`;
}

function outdated(model: Model, draft: Draft, rebased: Exclude<Rebased, { kind: "fits" }>): Html {
  const { say } = model;
  const head = html`<p class="notice failed">${say("review.outdated", { serial: draft.base.serial })}</p>`;
  return rebased.kind === "impossible"
    ? html`${head}<p lang="en">${rebased.why}</p>`
    : html`${head}${conflictsPart(model, rebased.conflicts)}`;
}

function discardForm({ say, token }: Model): Html {
  return html`<details><summary>${say("review.discard")}</summary>
<form method="post" action="/review/discard" class="card">${token}<p>${say("review.discard-more")}</p>
<button class="danger">${say("review.discard-do")}</button></form></details>`;
}

function textForm({ say, token }: Model, draft: Draft | null): Html {
  if (draft === null || draft.text.length > textareaMax) return nothing;
  return html`<details><summary>${say("review.text")}</summary>
<form method="post" action="/review/text" class="card">${token}
<label for="text">${draft.base.path}</label>
<textarea id="text" name="text" rows="24" spellcheck="false" aria-describedby="text-more">
${draft.text}</textarea>
<p class="hint" id="text-more">${say("review.text-more")}</p>
<button class="main">${say("review.text-do")}</button></form></details>`;
}

async function apply(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const { say } = model;
  const draft = model.draft.present;
  // A second click: what the first one stored is said already.
  if (draft === null)
    return {
      kind: "done",
      to: "/history",
      text: model.session.notices.length > 0 ? "" : say("review.none"),
    };
  if (form.get("seal") !== sealOf(draft)) {
    const content = html`<p class="notice failed" role="alert">${say("review.changed")}</p>${await render(model, false)}`;
    return { kind: "again", content };
  }
  const { concerns } = await judge(model, draft);
  const confirm = mustConfirm(concerns);
  if (confirm && !isConfirmed(model, form))
    return { kind: "again", content: await render(model, true) };
  const onto = draft.base.hash === "" ? {} : { onto: draft.base.hash };
  const report = await model.client.save({ text: draft.text, yes: confirm, ...onto });
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/review" };
  model.draft.discard();
  return { kind: "done", text: storedText(say, report), to: "/history" };
}

async function discard(model: Model): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  model.draft.discard();
  return { kind: "done", text: model.say("review.discarded"), to: "/review" };
}

/** What is loaded stays where both changed the same key. */
async function yielded(model: Model): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  await model.draft.rebase(true);
  return { kind: "done", text: model.say("review.yielded"), to: "/review" };
}

async function takeText(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const given = form.get("text") ?? "";
  const draft = await model.draft.open();
  // Forms end each line with CR LF (WHATWG HTML, section 4.10.21.5).
  const text = draft.text.includes("\r\n") ? given : given.replaceAll("\r\n", "\n");
  const kept = await model.draft.put(text);
  if (isRefusedDraft(kept)) return { kind: "refused", problems: [noRoom(model)], to: "/review" };
  return { kind: "done", text: model.say("review.text-done"), to: "/review" };
}

/** What stands in included files comes into the draft, and is stored with it. */
async function takeIn(model: Model): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const { say } = model;
  const { base, text } = await model.draft.open();
  const read = readDraft(base, text);
  const refused = (...problems: readonly Problem[]): Acted => ({
    kind: "refused",
    problems,
    to: "/review",
  });
  if ("problems" in read) return refused(...read.problems);
  const files = read.files.slice(1);
  const isKnown = (path: string): boolean => base.includes.some((one) => one.path === path);
  const unknown = files.find(({ path }) => !isKnown(path));
  if (unknown !== undefined)
    return refused(problemElsewhere(say("review.take-in-unknown", { file: unknown.path })));
  const taken = withIncluded(
    text,
    files.map((file) => ({ name: file.path, text: file.text })),
  );
  if ("refused" in taken) return refused(problemElsewhere(taken.refused));
  const kept = await model.draft.put(taken.text);
  if (isRefusedDraft(kept)) return refused(noRoom(model));
  return { kind: "done", text: say("review.taken-in"), to: "/review" };
}

const noRoom = ({ say }: Model): Problem => problemElsewhere(say("review.no-room"));
