/**
 * SETUP: from nothing to a first pair in one page. The first router shows what the other one takes;
 * on both the configuration becomes a draft, which is looked at and applied as any other.
 */
import { readConfig } from "../../../config/read-config.ts";
import type { KeyReport } from "../../../control/reports/first-files.ts";
import { problemElsewhere } from "../../../keys/problem.ts";
import { isRefusedDraft } from "../../drafts/drafts.ts";
import { type Html, html, nothing } from "../../html.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import {
  answersOf,
  bundleOf,
  firstText,
  type Typed,
  typedOf,
  typedUsual,
  unbundled,
  type Wrong,
} from "../../setup/asked.ts";
import { setupForm } from "../../setup/form.ts";
import { problemList } from "../../web/problems.ts";

export const setupPanel: Panel = {
  path: "/setup",
  title: "setup.title",
  help: "setup.help",
  access: "configure",
  render: (model) => page(model, typedUsual, []),
  actions: { make, take, join },
  // What the other router shows may be any configuration.
  formBytesMax: 12 * 1024 * 1024,
};

const isUnconfigured = ({ watched }: Model): boolean => watched.status?.state === "unconfigured";

async function page(model: Model, typed: Typed, wrong: readonly Wrong[]): Promise<Html> {
  const { say, token } = model;
  const machine = await model.client.machine();
  const isFirst = isUnconfigured(model);
  const joining = isFirst
    ? html`<section aria-labelledby="join-title"><h2 id="join-title">${say("setup.join")}</h2>
<form method="post" action="/setup/join">${token}<p id="join-more">${say("setup.join-more")}</p>
<label for="bundle">${say("setup.bundle")}</label>
<textarea id="bundle" name="bundle" rows="5" spellcheck="false" aria-describedby="join-more"></textarea>
<button class="main">${say("setup.join-do")}</button></form></section>`
    : nothing;
  return html`<p>${say("setup.help")}</p>
${isFirst ? nothing : html`<p class="notice warn">${say("setup.configured")}</p>`}
<section aria-labelledby="first-title"><h2 id="first-title">${say("setup.first")}</h2>
${setupForm(model, machine, typed, wrong)}</section>
${joining}`;
}

async function make(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const typed = typedOf(form);
  const answers = answersOf(typed);
  if ("wrong" in answers)
    return { kind: "again", content: await page(model, typed, answers.wrong) };
  const key = await keyOf(model, null);
  if (!key.ok) return { kind: "refused", problems: key.problems, to: "/setup" };
  const text = firstText(answers, key.path);
  const read = readConfig("/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  if ("problems" in read) {
    const problems = read.problems.map((problem) => ({ ...problem, file: null, line: null }));
    const content = html`<section class="notice failed" role="alert"><h2>${model.say("setup.invalid")}</h2>${problemList(problems)}</section>
${await page(model, typed, [])}`;
    return { kind: "again", content };
  }
  return { kind: "shown", content: made(model, text, key, answers.backup === null) };
}

/** The key, made here or taken over; of a router that is configured nothing is known. */
async function keyOf(
  model: Model,
  given: string | null,
): Promise<Awaited<ReturnType<Model["client"]["firstKey"]>>> {
  if (isUnconfigured(model)) return model.client.firstKey(given === null ? {} : { key: given });
  const { config } = model.watched.status ?? {};
  const path = config === undefined ? null : await presentKeyFile(model);
  return { ok: true, path: path ?? "/etc/lvsd/heartbeat.key", key: null };
}

/** What the configuration in force says: it must stay. */
async function presentKeyFile({ client }: Model): Promise<string | null> {
  const { path, text, includes } = await client.config();
  const read = readConfig(path, {
    read: (at) => ({
      text: at === path ? text : (includes.find((one) => one.path === at)?.text ?? ""),
    }),
    glob: () => includes.map((one) => one.path),
  });
  return "config" in read ? read.config.heartbeat.keyFile : null;
}

function made(model: Model, text: string, { path, key }: KeyReport, isAlone: boolean): Html {
  const { say, token } = model;
  const copying = isAlone
    ? nothing
    : html`<section aria-labelledby="copy-title"><h2 id="copy-title">${say("setup.copy")}</h2>
<p>${say("setup.copy-more")}</p>
${key === null ? html`<p class="notice warn">${say("setup.key-there", { path })}</p>` : nothing}
<pre id="copied" tabindex="0" role="group" aria-labelledby="copy-title" lang="en" data-copy="${say("setup.copy-do")}"><code>${bundleOf(text, key)}</code></pre></section>`;
  return html`${copying}
<section aria-labelledby="use-title"><h2 id="use-title">${say("setup.use")}</h2>
<form method="post" action="/setup/take">${token}
<label for="yaml">lvsd.yaml</label>
<textarea id="yaml" name="yaml" rows="20" spellcheck="false" lang="en">
${text}</textarea>
<button class="main">${say("setup.take")}</button></form></section>`;
}

async function take(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  return taken(model, (form.get("yaml") ?? "").replaceAll("\r\n", "\n"));
}

async function join(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const { text, key } = unbundled(form.get("bundle") ?? "");
  // Without one it is root's, which has been copied by hand.
  const report = await keyOf(model, key);
  if (!report.ok) return { kind: "refused", problems: report.problems, to: "/setup" };
  if (key === null && report.key !== null) return refusedHere(model.say("setup.no-key"));
  return taken(model, text);
}

async function taken(model: Model, text: string): Promise<Acted> {
  const draft = await model.draft.take(text);
  if (isRefusedDraft(draft)) return refusedHere(model.say("review.no-room"));
  return { kind: "done", text: model.say("setup.taken"), to: "/review" };
}

const refusedHere = (text: string): Acted => ({
  kind: "refused",
  problems: [problemElsewhere(text)],
  to: "/setup",
});
