/**
 * Every panel in a text browser, Debian's links: its titles, its buttons and the labels of its fields can be
 * read. Logging in takes a cookie, for which `links -dump` has no words: pages are
 * fetched by a visitor and shown from files.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { panels } from "../../../src/console/panels.ts";
import { serveConsole, visitorAs } from "../../console/served-console.ts";
import { Visitor } from "../../console/visitor.ts";

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** As links prints it: one blank between words. */
const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, " ")
    .trim();

const allOf = (html: string, pattern: RegExp): readonly string[] =>
  Array.from(html.matchAll(pattern), ([, inner = ""]) => plain(inner)).filter(
    (text) => text !== "",
  );

/** What is on a page and not on links' screen. */
function missingOn(screen: string, html: string): readonly string[] {
  const seen = screen.replaceAll(/\s+/g, " ");
  const titles = allOf(html, /<h[12][^>]*>(.*?)<\/h[12]>/gs);
  const buttons = allOf(html, /<button[^>]*>(.*?)<\/button>/gs);
  const labels = allOf(html, /<label[^>]*>(.*?)<\/label>/gs);
  return [...titles, ...buttons, ...labels].filter((text) => !seen.includes(text));
}

it("a text browser shows each panel's titles, buttons and labels", async (t) => {
  const served = await serveConsole(t);
  const directory = mkdtempSync(join(tmpdir(), "lvsd-links-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const shown = (html: string): string => {
    const file = join(directory, "page.html");
    writeFileSync(file, html);
    const { status, stdout, stderr } = spawnSync("links", ["-dump", "-width", "200", file], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: directory, LANG: "C.UTF-8" },
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const stranger = new Visitor(served.url);
  const { text: login } = await stranger.get("/login");
  const visitor = await visitorAs(served, "admin");
  const pages = [["/login", login]];
  for (const { path } of panels) pages.push([path, (await visitor.get(path)).text]);
  let buttons = 0;
  for (const [path = "", html = ""] of pages) {
    buttons += allOf(html, /<button[^>]*>(.*?)<\/button>/gs).length;
    assert.deepEqual(missingOn(shown(html), html), [], path);
  }
  assert.ok(buttons > panels.length, "each page has at least the button to log out");
});
