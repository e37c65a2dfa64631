/** Debian's Chromium, driven through playwright-core: one for a test file, a context for each test. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { buildConsoleAssets } from "../../build/console-assets.ts";
import { password } from "./visitor.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags });

/** What browsers load, built into a directory that goes when `t` is over. */
export async function builtAssets(t: Pick<TestContext, "after">): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-console-assets-"));
  t.after(() => rmSync(directory, { recursive: true }));
  await buildConsoleAssets(directory);
  return directory;
}

export interface Looked {
  readonly page: Page;
  /** What the page complained of in the browser's own console; a refused script is among it. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** A page of its own, without cookies. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Looked> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints, close: () => context.close() };
}

/** Logs in through the form, as a person does. */
export async function logIn(page: Page, url: string, user = "admin"): Promise<void> {
  await page.goto(`${url}/login`);
  await page.fill("#user", user);
  await page.fill("#password", password);
  await page.click("main button.main");
  await page.waitForURL(/\/control$/);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Found {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds in a page, in short. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Past the page's own policy, which forbids foreign scripts: this one is the test's.
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Found[];
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}
