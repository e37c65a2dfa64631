/**
 * What the console says, in each of its languages. A message is written once with all its texts
 * side by side; `{name}` stands for a value.
 */

/** The languages of the console, as BCP 47 calls them. The first is the fallback. */
export const languages = ["en", "ja", "zh-TW"] as const;
export type Language = (typeof languages)[number];

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: "English",
  ja: "日本語",
  "zh-TW": "繁體中文",
};

/** One message in every language. */
export type Message = Readonly<Record<Language, string>>;
export type Catalogue = Readonly<Record<string, Message>>;

/** The names that stand in braces in a text. */
export type PlaceholdersOf<Text extends string> =
  Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersOf<Rest> : never;

/** What a message is given: one value for each of its placeholders. */
export type ValuesOf<Text extends string> = [PlaceholdersOf<Text>] extends [never]
  ? []
  : [values: { readonly [Name in PlaceholdersOf<Text>]: string | number }];

/** The text with its values. */
export function filled(
  text: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/**
 * The language that an Accept-Language header (RFC 9110, section 12.5.4) likes best of those that
 * there are.
 */
export function preferredLanguage(header: string | undefined): Language {
  const ranges = (header ?? "")
    .slice(0, 500)
    .split(",")
    .map((range) => {
      const [tag = "", quality = "q=1"] = range
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      return { tag, weight: Number(/^q=([\d.]+)$/.exec(quality)?.[1] ?? 0) };
    })
    .sort((a, b) => b.weight - a.weight);
  for (const { tag, weight } of ranges) {
    if (weight <= 0) continue;
    if (tag === "ja" || tag.startsWith("ja-")) return "ja";
    // Readers of other Chinese texts read this one more easily than English.
    if (tag === "zh" || tag.startsWith("zh-")) return "zh-TW";
    if (tag === "en" || tag.startsWith("en-")) return "en";
  }
  return languages[0];
}

export const isLanguage = (text: string): text is Language =>
  (languages as readonly string[]).includes(text);

/** One text in each language. */
export const said = (en: string, ja: string, taiwan: string): Message => ({
  en,
  ja,
  "zh-TW": taiwan,
});
