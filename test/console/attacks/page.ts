/** What an attacker takes from a page of the console: its forms with their fields, and its links. */

export interface FormField {
  readonly name: string;
  readonly value: string;
  readonly kind: "text" | "hidden" | "choice" | "flag" | "file";
  /** What may be chosen. */
  readonly options: readonly string[];
}

export interface PageForm {
  readonly method: "get" | "post";
  readonly action: string;
  readonly fields: readonly FormField[];
  /** Values of buttons with a name. */
  readonly buttons: readonly (readonly [name: string, value: string])[];
}

export const unescaped = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#96;", "`")
    .replaceAll("&amp;", "&");

function attribute(tag: string, name: string): string | null {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? [];
  return value === undefined ? null : unescaped(value);
}

/** The console writes each attribute in double quotes, so this finds every one. */
export function formsIn(page: string): readonly PageForm[] {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = "", inside = ""]) => ({
    method: attribute(head, "method") === "post" ? "post" : "get",
    action: attribute(head, "action") ?? "",
    fields: fieldsIn(inside),
    buttons: [...inside.matchAll(/<button\b([^>]*)>/g)].flatMap(([, tag = ""]) => {
      const name = attribute(tag, "name");
      return name === null ? [] : [[name, attribute(tag, "value") ?? ""] as const];
    }),
  }));
}

function fieldsIn(form: string): readonly FormField[] {
  const inputs = [...form.matchAll(/<input\b([^>]*)>/g)].map(([, tag = ""]): FormField => {
    const type = attribute(tag, "type") ?? "text";
    const kind =
      type === "checkbox" || type === "radio"
        ? "flag"
        : type === "hidden" || type === "file"
          ? type
          : "text";
    return {
      name: attribute(tag, "name") ?? "",
      value: attribute(tag, "value") ?? "",
      kind,
      options: [],
    };
  });
  const areas = [...form.matchAll(/<textarea\b([^>]*)>\n?(.*?)<\/textarea>/gs)].map(
    ([, tag = "", text = ""]): FormField => ({
      name: attribute(tag, "name") ?? "",
      value: unescaped(text),
      kind: "text",
      options: [],
    }),
  );
  const selects = [...form.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].map(
    ([, tag = "", inside = ""]): FormField => {
      const all = [...inside.matchAll(/<option\b([^>]*)>/g)].map(([, option = ""]) => option);
      const options = all.map((option) => attribute(option, "value") ?? "");
      const chosen = all.findIndex((option) => /\sselected\b/.test(option));
      const value = options[Math.max(0, chosen)] ?? "";
      return { name: attribute(tag, "name") ?? "", value, kind: "choice", options };
    },
  );
  return [...inputs, ...areas, ...selects];
}

/** Addresses of this console that a page links to, without what stands behind `#`. */
export const linksIn = (page: string): readonly string[] =>
  [...page.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)]
    .map(([, href = ""]) => unescaped(href).replace(/#.*$/, ""))
    .filter((href) => /^\/(?!\/)/.test(href));
