/**
 * The forms of the console in Debian's Chromium. The daemon behind it is test/control/scripted-daemon.ts,
 * which stores what is applied here; pair.test.ts has a pair of true daemons.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { builtAssets, logIn, openBrowser, openPage, violations } from "../../console/browser.ts";
import { busyEvents, busyStatus } from "../../console/busy-router.ts";
import { pairConfig, pairText } from "../../console/sample-pair.ts";
import { type Served, serveConsole } from "../../console/served-console.ts";
import { sampleSave } from "../../control/sample.ts";

const panels = [
  "/global",
  "/redundancy",
  "/virtual-servers",
  "/virtual-server?name=web",
  "/virtual-server?new=shop",
  "/virtual-server?name=mail",
  "/real-servers?vs=web",
  "/real-server?vs=web&name=rs1",
  "/monitoring?vs=web",
  "/review",
  "/history?from=1&to=0",
  "/monitoring?vs=ns",
  "/monitoring?vs=ns&rs=ns1&at=new",
  "/monitoring?defaults=1",
  "/services",
  "/service?name=mail",
  "/monitoring?service=mail&type=smtp",
];

/** Those with a layout of their own. */
const fewer = [
  "/virtual-servers",
  "/monitoring?vs=web",
  "/monitoring?vs=ns",
  "/services",
  "/review",
];

/** Keeps what is saved, with its serial raised, as the daemon does. */
function storing({ daemon }: Served): void {
  daemon.loaded = pairConfig;
  const past: { serial: number; hash: string; at: string; number: number; text: string }[] = [];
  const store = (text: string) => {
    const { serial, hash, text: old } = daemon.loaded;
    past.unshift({ serial, hash, text: old, number: past.length, at: "2026-01-01T00:00:00.000Z" });
    const raised = text.replace(/^serial: \d+/m, `serial: ${serial + 1}`);
    const fresh = createHash("sha256").update(raised).digest("hex");
    daemon.loaded = { ...daemon.loaded, text: raised, serial: serial + 1, hash: fresh };
    return { ...sampleSave, serial: serial + 1, hash: fresh };
  };
  daemon.save = async ({ text }) => store(text);
  daemon.rollback = async ({ back }) => store(past[back - 1]?.text ?? "");
  daemon.pastConfigs = async () => ({ ...daemon.loaded, past });
  daemon.pastConfig = async ({ back }) => {
    const found = past[back - 1];
    if (found === undefined) throw new Error(`nothing is ${back} back`);
    return { ok: true, ...found };
  };
}

describe("the forms in a browser", { timeout: 300_000 }, () => {
  const ends: (() => unknown)[] = [];
  const t = { after: (end: () => unknown) => void ends.push(end) };
  let browser: Browser;
  let served: Served;

  before(async () => {
    served = await serveConsole(t as never, {
      assets: await builtAssets(t as never),
      prepare: (daemon) => {
        daemon.current = busyStatus;
        daemon.known = [...busyEvents];
      },
    });
    storing(served);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    for (const end of ends.toReversed()) await end();
  });

  const says = (page: Page, words: string) => page.locator("main", { hasText: words }).waitFor();
  const goTo = (page: Page, path: string) => page.goto(`${served.url}${path}`);
  const take = (page: Page) => page.click("form.editing button.main");

  it("edit a virtual server, say what is wrong, review, apply and roll back, without scripts", async () => {
    const { page, close } = await openPage(browser, { javaScriptEnabled: false });
    await logIn(page, served.url);
    await page.click("nav a:text-is('VIRTUAL SERVERS')");
    await page.click("tbody a:text-is('web')");
    await page.fill("#k-port", "80000");
    await page.fill("#k-reentry", "soon");
    await take(page);
    for (const [name, words] of [
      ["port", /80000 is too large/],
      ["reentry", /is no duration/],
    ] as const) {
      assert.match((await page.locator(`#k-${name}-wrong`).textContent()) ?? "", words);
      assert.equal(await page.getAttribute(`#k-${name}`, "aria-invalid"), "true");
    }
    assert.deepEqual(await page.inputValue("#k-port"), "80000");
    await page.fill("#k-port", "8080");
    await page.fill("#k-reentry", "15s");
    await page.uncheck("#k-persistence");
    await page.click("summary:has-text('Further settings')");
    await page.selectOption("#k-damping", "off");
    await page.fill("#k-sorry_server-address", "10.11.12.300");
    await take(page);
    assert.match((await page.locator("#k-sorry_server-address-wrong").textContent()) ?? "", /300/);
    assert.equal(await page.inputValue("#k-damping"), "off");
    await page.fill("#k-sorry_server-address", "10.11.12.99");
    await take(page);
    await says(page, "Taken into the draft");
    await page.click("nav.tabs a:text-is('MONITORING SCRIPTS')");
    await page.selectOption("#type", "https");
    await page.click("button:text-is('Show its keys')");
    await page.fill("#k-tls-warn_before", "30d");
    await take(page);
    assert.match((await page.locator("#k-tls-warn_before-wrong").textContent()) ?? "", /30d/);
    await page.fill("#k-tls-warn_before", "720h");
    await take(page);
    await says(page, "Taken into the draft");
    await page.click("main a:text-is('REVIEW')");
    await says(page, "weight 2 -> 3");
    await page.click("button:text-is('Apply')");
    await says(page, "Serial 8 is stored and loaded on both routers");
    const wanted = pairText
      .replace("serial: 7", "serial: 8")
      .replace("port: 80\n", "port: 8080\n")
      .replace("    persistence: { timeout: 300s }\n", "")
      .replace(
        "{ type: http, path: /health }",
        "{ type: https, path: /health, tls: { warn_before: 720h } }",
      )
      .replace(
        "rs2: { address: 10.11.12.2 }\n",
        "rs2: { address: 10.11.12.2 }\n    reentry: 15s\n    damping: off\n    sorry_server:\n      address: 10.11.12.99\n",
      );
    assert.equal(served.daemon.loaded.text, wanted);
    await page.locator("tbody summary").first().click();
    await page.click("button:text-is('Roll back to 7 now')");
    await says(page, "Serial 9 is stored and loaded on both routers");
    assert.equal(served.daemon.loaded.text, pairText.replace("serial: 7", "serial: 9"));
    await close();
  });

  it("run no script that stands in a comment or in a field", async () => {
    const { page, complaints, close } = await openPage(browser);
    await logIn(page, served.url);
    const evil = `/</textarea><img src=x onerror="document.title='owned'">`;
    await goTo(page, "/review");
    await page.locator("summary", { hasText: "Edit the text" }).click();
    const text = await page.inputValue("#text");
    await page.fill(
      "#text",
      text
        .replace("# the shop", `# ${evil}`)
        .replace("path: /health", `path: '${evil.replaceAll("'", "''")}'`),
    );
    await page.click("button:text-is('Take the text')");
    for (const path of ["/review", "/monitoring?vs=web", "/virtual-servers"]) {
      await goTo(page, path);
      assert.doesNotMatch(await page.title(), /owned/, path);
    }
    await goTo(page, "/monitoring?vs=web");
    assert.equal(await page.inputValue("#k-path"), evil);
    assert.deepEqual(complaints, []);
    await goTo(page, "/review");
    await page.locator("summary", { hasText: "Discard" }).click();
    await page.click("button:text-is('Discard the changes')");
    await close();
  });

  for (const [colorScheme, width, paths] of [
    ["light", 1280, panels],
    ["dark", 390, fewer],
  ] as const)
    it(`have nothing that axe-core objects to, ${colorScheme}, ${width} wide`, async () => {
      const viewport = { width, height: 850 };
      const { page, complaints, close } = await openPage(browser, { colorScheme, viewport });
      await logIn(page, served.url);
      await goTo(page, "/virtual-server?name=web");
      await page.fill("#k-port", String(80_000 + width));
      await take(page);
      assert.deepEqual(await violations(page), [], "errors at their fields");
      await page.check("#anyway");
      await take(page);
      await goTo(page, "/monitoring?vs=ns&at=new&type=ping");
      await take(page);
      await goTo(page, "/service?new=mail");
      if (colorScheme === "light") {
        await page.fill("#k-start", "/etc/lvsd/commands/mail");
        await page.fill("#k-stop", "/etc/lvsd/commands/mail");
        await take(page);
      }
      for (const path of paths) {
        await goTo(page, path);
        await page.evaluate(
          "for (const one of document.querySelectorAll('details')) one.open = true",
        );
        assert.deepEqual(await violations(page), [], path);
        const wider = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assert.equal(wider, 0, `${path} is wider than the window of ${width}`);
      }
      assert.deepEqual(
        complaints.filter((one) => !/422/.test(one)),
        [],
      );
      await close();
    });
});
