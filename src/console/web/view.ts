/** What a browser has chosen to see: language and updates. A cookie keeps it; it protects nothing. */
import { isLanguage, type Language, preferredLanguage } from "../messages/message.ts";

export interface View {
  readonly language: Language;
  /** Seconds between two updates; null: none. */
  readonly every: number | null;
}

export const viewCookie = "lvsd_view";

/** Seconds that can be chosen. */
export const everyChoices = [1, 2, 5, 10, 30, 60] as const;
const everyUsual = 2;

/** From the cookie; what it does not say comes from the Accept-Language header. */
export function viewOf(cookie: string | undefined, acceptLanguage: string | undefined): View {
  const kept = new URLSearchParams((cookie ?? "").slice(0, 200));
  const language = kept.get("language") ?? "";
  return {
    language: isLanguage(language) ? language : preferredLanguage(acceptLanguage),
    every: everyOf(kept.get("every")),
  };
}

/** The cookie after a form that has `language` or `every`. */
export function viewText(view: View, form: URLSearchParams): string {
  const language = form.get("language") ?? "";
  const every = form.has("every") ? everyOf(form.get("every")) : view.every;
  return new URLSearchParams({
    language: isLanguage(language) ? language : view.language,
    every: every === null ? "off" : String(every),
  }).toString();
}

function everyOf(text: string | null): number | null {
  if (text === "off") return null;
  return everyChoices.find((choice) => String(choice) === text) ?? everyUsual;
}
