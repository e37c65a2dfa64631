/**
 * A pair of routers in a guest is configured in Chromium alone, from nothing, without scripts; then
 * a failover of it is watched in the page of the other router, which scripts keep up to date.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { logIn, openBrowser, openPage } from "../../console/browser.ts";
import { Wire } from "../guest/wire.ts";
import type { Addresses } from "../machine/topology.ts";
import { runScenario } from "../run-scenario.ts";

/** Patience, not a goal: the guest shares its processor. */
const patienceMs = 120_000;

/** What the scenario prints, line by line, and who waits for one. */
class Story {
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];
  #failed: unknown = null;

  hear(line: string): void {
    this.lines.push(line);
    this.#wake();
  }

  end(failure: unknown): void {
    this.#failed = failure;
    this.#wake();
  }

  /** The first line that begins so. */
  async line(start: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(start));
      if (found !== undefined) return found;
      if (this.#failed !== null) throw new Error(`${this.#failed}\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting = [];
  }
}

const says = (page: Page, words: string) => page.locator("main", { hasText: words }).waitFor();

/** REVIEW shows what is new, and Apply stores it. */
async function apply(page: Page): Promise<void> {
  await page.waitForURL(/\/review$/);
  await page.click("button:text-is('Apply')");
  await page.waitForURL(/\/history$/);
}

/** SETUP on the first router; what it shows for the other one. */
async function setUp(page: Page, addresses: Addresses): Promise<string> {
  const { vip, natRouter, routers, length, realServers } = addresses;
  await page.locator("#banners a", { hasText: "SETUP" }).click();
  await page.selectOption("#role", "primary");
  await page.selectOption("#own", routers.r1.public);
  await page.selectOption("#own2", routers.r1.private);
  await page.fill("#other", routers.r2.public);
  await page.fill("#other2", routers.r2.private);
  await page.fill("#vip", "192.0.2");
  await page.fill("#port", "80");
  await page.selectOption("#forwarding", "nat");
  await page.fill("#gateway", `${natRouter}/${length}`);
  await page.fill("#reals", realServers.join("\n"));
  const make = page.locator("form[action='/setup/make'] button");
  await make.click();
  await says(page, "192.0.2 is no IP address");
  await page.fill("#vip", `${vip}/${length}`);
  await make.click();
  const bundle = (await page.locator("#copied").textContent()) ?? "";
  await page.click("button:text-is('Make it the draft of this router')");
  await apply(page);
  return bundle;
}

async function watch(first: Page, second: Page, story: Story, seen: (what: string) => void) {
  await first.goto(new URL("/control", first.url()).href);
  await first.locator(".state.good", { hasText: "active" }).first().waitFor();
  await says(first, "10.11.12.1");
  await second.goto(new URL("/control", second.url()).href);
  await second.locator(".state", { hasText: "standby" }).first().waitFor();
  // A page that is loaded anew would have lost this.
  await second.evaluate("document.title = 'the same page'");
  seen("watching");
  const takeover = second.locator("details[id^=takeover] > summary");
  await takeover.first().waitFor();
  await second.locator("#routers .state.good", { hasText: "active" }).first().waitFor();
  assert.equal(await second.title(), "the same page");
  await takeover.first().click();
  const cells = await second.locator("details[id^=takeover] td.number").allTextContents();
  const took = cells.map((text) => Number(/^([\d.]+) ms$/.exec(text)?.[1]));
  assert.ok(took.length >= 3 && took.every((ms) => ms >= 0), `each part took its time: ${cells}`);
  const whole = took.at(-1) ?? Number.NaN;
  const sum = took.slice(0, -1).reduce((one, other) => one + other, 0);
  assert.ok(Math.abs(sum - whole) < 1, `the parts are the whole: ${cells}`);
  await story.line("taken over");
  await first.reload();
  await says(first, "The lvsd daemon does not answer").catch(() =>
    first.locator("#banners", { hasText: "The lvsd daemon does not answer" }).waitFor(),
  );
}

/** By the buttons of the table, as an operator does before working on a server. */
async function drain(page: Page): Promise<void> {
  await page.locator("#table-title").scrollIntoViewIfNeeded();
  await page.locator("a[href*='maintenance'][href*='real=rs1']").first().click();
  await page.click("button:text-is('Drain')");
  await page.locator(".notice.done").waitFor();
}

it("a pair is configured from nothing in a browser, and its failover is watched there", {
  timeout: 900_000,
}, async (t) => {
  const story = new Story();
  const played = runScenario("console-first-pair", 1, (line) => story.hear(line)).then(
    (outcome) => {
      story.end(outcome.failure ?? "it has ended");
      return outcome;
    },
  );
  const [, place = "", known = ""] = /^wire (\S+) (.*)$/.exec(await story.line("wire ")) ?? [];
  const addresses = JSON.parse(known) as Addresses;
  const wire = new Wire(place, "here");
  let browser: Browser | null = null;
  t.after(async () => {
    await browser?.close();
    wire.close();
  });
  const seen = (what: string): void => writeFileSync(join(place, what), "");
  const one = await wire.door(3636);
  const other = await wire.door(3637);
  browser = await openBrowser();
  const first = await openPage(browser, { javaScriptEnabled: false });
  const second = await openPage(browser);
  for (const { page } of [first, second]) page.setDefaultTimeout(patienceMs);
  await logIn(first.page, one);
  const bundle = await setUp(first.page, addresses);
  await logIn(second.page, other);
  await second.page.goto(`${other}/setup`);
  await second.page.fill("#bundle", bundle);
  await second.page.click("button:text-is('Take it here too')");
  await apply(second.page);
  seen("configured");
  await story.line("serves");
  await watch(first.page, second.page, story, seen);
  await drain(second.page);
  seen("drained");
  assert.deepEqual(second.complaints, []);
  const { failure, evidence, lines } = await played;
  assert.equal(failure, null, `${failure}\n${evidence}\n${lines.join("\n")}`);
});
