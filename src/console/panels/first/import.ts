/** IMPORT: other systems' files become a draft; the report stands next to the lines it is about. */
import { type ImportedText, importFiles } from "../../../config/import/import.ts";
import { importerNames } from "../../../config/import/imported.ts";
import { readConfig } from "../../../config/read-config.ts";
import type { Problem } from "../../../keys/problem.ts";
import { problemElsewhere } from "../../../keys/problem.ts";
import { isRefusedDraft } from "../../drafts/drafts.ts";
import { flagged, type Html, html, nothing } from "../../html.ts";
import {
  type AskedImport,
  askedImport,
  nothingAsked,
  type RouterField,
  routerFields,
} from "../../import/asked.ts";
import { importReport, notesOf, notesOfProblems } from "../../import/report.ts";
import type { Acted, Form, Model, Panel } from "../../panel.ts";
import { problemList } from "../../web/problems.ts";

export const importPanel: Panel = {
  path: "/import",
  title: "import.title",
  help: "import.help",
  access: "configure",
  render: (model) => html`<p>${model.say("import.help")}</p>${filesForm(model, nothingAsked)}`,
  actions: { read, take },
  takesFiles: true,
  // Files come once as files, then as fields of the form, most characters as three.
  formBytesMax: 24 * 1024 * 1024,
};

/** Fields for files that are pasted: as many as there are, and one more. */
const pastedMin = 1;

async function read(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const { say } = model;
  const asked = askedImport(form);
  const again = (more: Html): Acted => ({
    kind: "again",
    content: html`${more}${filesForm(model, asked)}`,
  });
  if (asked.wrong.length > 0) return again(nothing);
  if (asked.files.length === 0)
    return again(html`<p class="notice failed" role="alert">${say("import.empty")}</p>`);
  const imported = importFiles(asked.files, asked.from, asked.options);
  if ("problems" in imported)
    return again(html`<section class="notice failed" role="alert"><h2>${say("import.unread")}</h2></section>
${importReport(say, asked.files, notesOfProblems(imported.problems))}`);
  return { kind: "shown", content: resultOf(model, asked, imported) };
}

function resultOf(model: Model, asked: AskedImport, imported: ImportedText): Html {
  const { say, token } = model;
  const left = toBeFilledIn(imported);
  const blanks =
    left.length === 0
      ? nothing
      : html`<section class="notice warn"><h3>${say("import.blanks")}</h3>${problemList(left)}</section>`;
  return html`<p>${say("import.read-as", { system: imported.from })}</p>
<section aria-labelledby="report-title"><h2 id="report-title">${say("import.report")}</h2>
${importReport(say, asked.files, notesOf(imported.findings))}</section>
<section aria-labelledby="result-title"><h2 id="result-title">${say("import.result")}</h2>${blanks}
<form method="post" action="/import/take">${token}
<label for="yaml">lvsd.yaml</label>
<textarea id="yaml" name="yaml" rows="24" spellcheck="false" lang="en">
${imported.text}</textarea>
<p class="hint">${say("import.take-more")}</p><button class="main">${say("import.take")}</button></form></section>
<section aria-labelledby="again-title"><h2 id="again-title">${say("import.again")}</h2>${filesForm(model, asked)}</section>`;
}

/** What the result lacks that only the operator knows, by its own lines. */
function toBeFilledIn({ text }: ImportedText): readonly Problem[] {
  const result = readConfig("/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  if (!("problems" in result)) return [];
  return result.problems.map((problem) => ({ ...problem, file: "lvsd.yaml" }));
}

async function take(model: Model, form: Form): Promise<Acted> {
  if (!model.may("configure")) return { kind: "forbidden" };
  const text = (form.get("yaml") ?? "").replaceAll("\r\n", "\n");
  const draft = await model.draft.take(text);
  if (!isRefusedDraft(draft))
    return { kind: "done", text: model.say("import.taken"), to: "/review" };
  const problems = [problemElsewhere(model.say("review.no-room"))];
  return { kind: "refused", problems, to: "/import" };
}

function filesForm(model: Model, asked: AskedImport): Html {
  const { say, token } = model;
  const pasted = [...asked.files, ...Array(pastedMin).fill({ name: "", text: "" })].map(
    ({ name, text }, at) => html`<div class="card fields">
<label for="name-${at}">${say("import.name")}</label>
<input id="name-${at}" name="name" value="${name}" maxlength="200">
<label for="text-${at}">${say("import.text")}</label>
<textarea id="text-${at}" name="text" rows="6" spellcheck="false">
${text}</textarea></div>`,
  );
  return html`<form method="post" action="/import/read" enctype="multipart/form-data" class="import">${token}
<p><label for="upload">${say("import.upload")}</label> <input id="upload" name="upload" type="file" multiple></p>
<fieldset><legend>${say("import.paste")}</legend>${pasted}</fieldset>
${optionsOf(model, asked)}
<button class="main">${say("import.do")}</button></form>`;
}

function optionsOf({ say }: Model, { from, options, typed, wrong }: AskedImport): Html {
  const option = (value: string, word: string): Html =>
    html`<option value="${value}"${flagged("selected", (from ?? "") === value)}>${word}</option>`;
  const address = (field: RouterField): Html => {
    const isWrong = wrong.includes(field);
    const described = isWrong
      ? html` aria-invalid="true" aria-describedby="${field}-wrong"`
      : nothing;
    return html`<label for="${field}">${say(`import.${field}`)}</label>
<input id="${field}" name="${field}" value="${typed[field]}" maxlength="100"${described}>
${isWrong ? html`<p class="wrong" id="${field}-wrong">${say("import.no-address", { text: typed[field] })}</p>` : nothing}`;
  };
  const box = (name: "lenient" | "fold"): Html =>
    html`<p><input type="checkbox" id="${name}" name="${name}" value="yes"${flagged("checked", options[name])}>
<label for="${name}">${say(`import.${name}`)}</label></p>`;
  return html`<details${flagged("open", wrong.length > 0)}><summary>${say("import.options")}</summary><div class="fields">
<label for="from">${say("import.from")}</label>
<select id="from" name="from">${option("", say("import.recognised"))}${importerNames.map((name) => option(name, name))}</select>
${routerFields.map(address)}
<label for="instance">${say("import.instance")}</label>
<input id="instance" name="instance" value="${options.instance ?? ""}" maxlength="200">
${box("lenient")}${box("fold")}</div></details>`;
}
