/** What a form shows of a list of maps and of a map from names to texts: a row each, and some more. */
import type { Document } from "yaml";
import type { KeyPath } from "../../config/editing/edit.ts";
import { flagged, type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import {
  inputName,
  type Pairs,
  type Part,
  pairName,
  type Rows,
  rowActions,
  rowName,
  rowParts,
  rowsShownMax,
} from "./field.ts";
import { itemsAt, lineAt, namesAt } from "./value.ts";

/** What such a part is shown with. */
export interface Look {
  readonly say: Say;
  readonly document: Document;
  /** What the form is about. */
  readonly root: KeyPath;
  /** What was sent, to be shown again. */
  readonly given: URLSearchParams | null;
  readonly id: string;
  /** Empty rows behind those that are there. */
  readonly blanks: number;
  readonly label: (name: string) => string;
  readonly help: (part: Part) => Html;
  /** A part inside; `help`: the id of its help. */
  readonly part: (part: Part, help: string) => Html;
}

export function rowsPart(rows: Rows, look: Look): Html {
  const { say, id } = look;
  const count = itemsAt(look.document, [...look.root, ...rows.path]);
  const shown = Math.min(count, rowsShownMax);
  const present = Array.from({ length: shown }, (_, at) =>
    rowPart(rows, at, say("form.row", { number: at + 1 }), look, rowChoice(rows, at, look)),
  );
  const room = Math.max(0, Math.min(look.blanks, rows.max - count));
  const blank = Array.from({ length: room }, (_, at) =>
    rowPart(rows, count + at, say("form.new-row"), look, nothing),
  );
  const rest =
    count > shown ? html`<p>${say("form.more-rows", { count: count - shown })}</p>` : nothing;
  const helps = rowParts(rows, 0).map(
    (part) => html`<dt>${look.label(part.name)}</dt><dd>${look.help(part)}</dd>`,
  );
  return html`<dl class="hint" id="${id}-keys">${helps}</dl>${present}${rest}${blank}`;
}

const rowPart = (rows: Rows, at: number, title: string, look: Look, choice: Html): Html =>
  html`<fieldset class="row"><legend>${title}</legend>${rowParts(rows, at).map((part) => look.part(part, `${look.id}-keys`))}${choice}</fieldset>`;

/** What becomes of a row: it stays where it is unless something is chosen. */
function rowChoice(rows: Rows, at: number, { say, given, id }: Look): Html {
  const name = rowName(rows, at);
  const chosen = given?.get(name) ?? "";
  const texts = { up: say("checks.up"), down: say("checks.down"), remove: say("form.remove") };
  const options = rowActions.map(
    (word) =>
      html`<option value="${word}"${flagged("selected", word === chosen)}>${texts[word]}</option>`,
  );
  const own = `${id}-${at}-do`;
  return html`<p><label for="${own}">${say("form.row-do")}</label> <select id="${own}" name="${name}"><option value="">${say("form.row-stays")}</option>${options}</select></p>`;
}

export function pairsPart(pairs: Pairs, look: Look): Html {
  const { say, document, given, id } = look;
  const path = [...look.root, ...pairs.path];
  const all = [...namesAt(document, path), ...Array.from({ length: look.blanks }, () => null)];
  const rows = all.map((name, at) => {
    const nameField = pairName(pairs, at);
    const valueField = inputName(`${pairs.name}.${at}`);
    const value = name === null ? "" : lineAt(document, [...path, name]);
    const words = `${look.label(pairs.name)} ${at + 1}`;
    return html`<div class="pair"><input name="${nameField}" value="${given?.get(nameField) ?? name ?? ""}" placeholder="${say("form.pair-name")}" aria-label="${`${words}: ${say("form.pair-name")}`}" aria-describedby="${id}-help ${id}-pairs" autocomplete="off" spellcheck="false">
<input name="${valueField}" value="${given?.get(valueField) ?? value}" placeholder="${say("form.pair-value")}" aria-label="${`${words}: ${say("form.pair-value")}`}" aria-describedby="${id}-help" autocomplete="off" spellcheck="false"></div>`;
  });
  return html`<p class="hint" id="${id}-pairs">${say("form.pairs")}</p>${rows}`;
}
