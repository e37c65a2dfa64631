/**
 * Makes the pictures of docs/console/: each panel light, dark and on a telephone. `make docs` does
 * not run it, since pictures differ by a few points on each machine; look at them before they are
 * committed: node test/console/screenshots.ts [directory]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { builtAssets, logIn, openBrowser, openPage } from "./browser.ts";
import { busyEvents, busyFindings, busyGraphs, busyScript, busyStatus } from "./busy-router.ts";
import { serveConsole } from "./served-console.ts";

const out = process.argv[2] ?? join(import.meta.dirname, "../../docs/console");
mkdirSync(out, { recursive: true });
const ends: (() => unknown)[] = [];
const t = { after: (end: () => unknown) => ends.push(end) };
const served = await serveConsole(t as never, {
  assets: await builtAssets(t as never),
  prepare: (daemon) => {
    daemon.current = busyStatus;
    daemon.known = [...busyEvents];
    daemon.graphed = busyGraphs;
    daemon.found = async () => busyFindings;
    daemon.realServerScript = async () => busyScript;
  },
});
const browser = await openBrowser();
const looks = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
} as const;
/** With what stands behind the `?`. */
const panels = {
  control: "",
  maintenance: "?server=web&real=rs3",
  graphs: "?server=web",
  doctor: "",
  script: "?server=web",
  help: "",
  password: "",
};
for (const [look, options] of Object.entries(looks)) {
  const { page, close } = await openPage(browser, options);
  await page.goto(`${served.url}/login`);
  await page.screenshot({ path: join(out, `login-${look}.png`) });
  await logIn(page, served.url);
  for (const [panel, query] of Object.entries(panels)) {
    await page.goto(`${served.url}/${panel}${query}`);
    if (panel === "control") await page.locator("details[id^=takeover] summary").first().click();
    await page.screenshot({ path: join(out, `${panel}-${look}.png`), fullPage: panel !== "help" });
  }
  await close();
}
await browser.close();
for (const end of ends.toReversed()) await end();
