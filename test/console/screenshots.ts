/**
 * Makes the pictures of docs/console/: each panel light, dark and on a telephone. `make docs` does
 * not run it, since pictures differ by a few points on each machine; look at them before they are
 * committed: node test/console/screenshots.ts [directory]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { builtAssets, logIn, openBrowser, openPage } from "./browser.ts";
import { busyEvents, busyFindings, busyGraphs, busyScript, busyStatus } from "./busy-router.ts";
import { pairConfig, pairText } from "./sample-pair.ts";
import { serveConsole } from "./served-console.ts";

/** With a list of checks and a failover service. */
const manyChecks = `${pairText}  shop:
    address: 192.168.26.10/24
    port: 443
    check:
      - { type: https, path: /health }
      - { type: tcp, port: 8443 }
    real_servers:
      rs1: { address: 10.11.12.1 }
failover:
  services:
    mail:
      start: [/etc/lvsd/commands/mail, start]
      stop: [/etc/lvsd/commands/mail, stop]
      check: { type: smtp, port: 25 }
`;
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
    daemon.loaded = { ...pairConfig, text: manyChecks };
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
  setup: "",
  import: "",
  doctor: "",
  script: "?server=web",
  global: "",
  redundancy: "",
  services: "",
  "virtual-servers": "",
  "virtual-server": "?name=web",
  "real-servers": "?vs=web",
  "real-server": "?vs=web&name=rs1",
  monitoring: "?vs=shop&at=1",
  history: "",
  review: "",
  help: "",
  password: "",
};
/** What is imported, with a mistake that was never noticed. */
const old = `serial_no = 42
primary = 192.168.26.9
service = lvs
backup_active = 1
backup = 192.168.26.8
heartbeat = 1
keepalive = 6
deadtime = 18
network = direct
virtual web {
     active = 1
     address = 192.168.26.10 eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     send = "GET / HTTP/1.0\\r\\n\\r\\n"
     expect = "HTTP"
     load_monitor = rup
     scheduler = wlc
     protocol = tcp
     timeout = 6
     reentry = 15
     quiesce_server = 0
     server rs1 {
         address = 192.168.26.101
         active = 1
         weight = 1
     }
}
`;
/** Longer than anybody looks at. */
const cut = [
  "help",
  "import",
  "virtual-server",
  "monitoring",
  "real-server",
  "global",
  "redundancy",
];
for (const [look, options] of Object.entries(looks)) {
  const { page, close } = await openPage(browser, options);
  await page.goto(`${served.url}/login`);
  await page.screenshot({ path: join(out, `login-${look}.png`) });
  await logIn(page, served.url);
  await page.goto(`${served.url}/virtual-server?name=web`);
  await page.selectOption("#k-scheduler", "wlc");
  await page.click("main button.main");
  for (const [panel, query] of Object.entries(panels)) {
    await page.goto(`${served.url}/${panel}${query}`);
    if (panel === "control") {
      // They come with the first look at the daemon that somebody sees.
      await page.locator("#graphs canvas").first().waitFor();
      await page.locator("details[id^=takeover] summary").first().click();
    }
    if (panel === "import") {
      await page.fill("#name-0", "lvs.cf");
      await page.fill("#text-0", old);
      await page.click("form.import button.main");
    }
    await page.screenshot({
      path: join(out, `${panel}-${look}.png`),
      fullPage: !cut.includes(panel),
    });
  }
  await close();
}
await browser.close();
for (const end of ends.toReversed()) await end();
