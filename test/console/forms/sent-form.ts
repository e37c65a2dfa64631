/** A form of a page as a browser without scripts would send it back, unchanged. */
const decoded = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#96;", "`")
    .replaceAll("&amp;", "&");

const attribute = (tag: string, name: string): string =>
  decoded(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "");

/** The fields of the form that goes to `action`. */
export function formIn(page: string, action: string): Record<string, string> {
  const start = page.indexOf(`action="${action}"`);
  if (start < 0) throw new Error(`no form to ${action}`);
  const text = page.slice(start, page.indexOf("</form>", start));
  const fields: Record<string, string> = {};
  const control =
    /<input([^>]*)>|<select([^>]*)>(.*?)<\/select>|<textarea([^>]*)>\n?(.*?)<\/textarea>/gs;
  for (const [, input, select, options, area, content] of text.matchAll(control)) {
    const tag = input ?? select ?? area ?? "";
    const name = attribute(tag, "name");
    if (/type="(?:checkbox|radio)"/.test(tag)) {
      if (/ checked/.test(tag)) fields[name] = attribute(tag, "value") || "on";
    } else if (select !== undefined)
      fields[name] = attribute(
        /<option[^>]* selected[^>]*>/.exec(options ?? "")?.[0] ?? "",
        "value",
      );
    else fields[name] = area === undefined ? attribute(tag, "value") : decoded(content ?? "");
  }
  return fields;
}
