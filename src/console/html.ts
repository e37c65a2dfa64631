/**
 * HTML as a type of its own: text that is put into a template is escaped, HTML is not.
 *
 * Invariant: an `Html` is made here alone, from templates of this program. Templates write every
 * attribute in double quotes (a test looks at them), so one way of escaping fits every place.
 */

/** A piece of HTML. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** The template of `html`; nothing else may call it. */
  static join(strings: readonly string[], values: readonly Content[]): Html {
    let text = strings[0] ?? "";
    for (const [at, value] of values.entries()) text += textOf(value) + (strings[at + 1] ?? "");
    return new Html(text);
  }
}

/** What may stand in a template. Null, undefined and false are nothing. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** A template: what is put in is escaped unless it is Html itself. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html =>
  Html.join(strings, values);

/** Nothing. */
export const nothing: Html = html``;

/** Pieces one after the other. */
export const joined = (pieces: readonly Content[]): Html => html`${pieces}`;

/** ` name` where it holds, for attributes that are there or not. */
export const flagged = (
  name: "checked" | "selected" | "disabled" | "open",
  holds: boolean,
): Html => (holds ? Html.join([` ${name}`], []) : nothing);

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function textOf(value: Content): string {
  if (value instanceof Html) return value.toString();
  if (value === null || value === undefined || value === false) return "";
  if (Array.isArray(value)) return value.map(textOf).join("");
  return String(value).replaceAll(/[&<>"'`]/g, (character) => escapes[character] ?? "");
}
