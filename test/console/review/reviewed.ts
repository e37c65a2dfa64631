/** A console with a draft to review. */
import type { TestContext } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";

export async function served(t: TestContext, user = "admin") {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = pairConfig;
    },
  });
  return { ...console, visitor: await visitorAs(console, user) };
}

export const changed = pairText.replace("weight: 2", "weight: 5");

export const write = (visitor: Visitor, text: string) =>
  // As browsers send what stands in a textarea.
  visitor.submit("/review", "/review/text", { text: text.replaceAll("\n", "\r\n") });

export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";

/** Applies what the page shows. */
export async function apply(visitor: Visitor, more: Record<string, string> = {}) {
  const page = await visitor.get("/review");
  return visitor.submit("/review", "/review/apply", { seal: hidden(page.text, "seal"), ...more });
}
