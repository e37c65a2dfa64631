/**
 * A browser that configures a pair of true daemons: their configuration channel, files, history and
 * plans are real; their kernels are in memory (test/daemon/memory-machine.ts), since Chromium does
 * not run in the lab's guests in any useful time.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { it, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import type { Daemon } from "../../../src/daemon/daemon.ts";
import { builtAssets, logIn, openBrowser, openPage } from "../../console/browser.ts";
import { formIn } from "../../console/forms/sent-form.ts";
import { serveConsole, visitorAs } from "../../console/served-console.ts";
import { MemoryMachine, MemorySwitch } from "../../daemon/memory-machine.ts";

/** Patience, not a goal: other tests share the processors. */
const patienceMs = 90_000;

const addresses = ["127.0.0.2", "127.0.0.3"] as const;

const textWith = (port: number, keyFile: string): string => `# The pair of this test.
serial: 1
routers:
  primary: { public: ${addresses[0]} }
  backup: { public: ${addresses[1]} }
heartbeat:
  interval: 50ms   # brisk
  dead_after: 2s
  port: ${port}
  key_file: ${keyFile}
failover: { start_delay: 100ms, monitor_links: false }
virtual_servers:
  # the shop
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 80
    forwarding: direct
    check: { type: tcp, interval: 100ms }
    real_servers:
      rs1: { address: 192.0.2.21, weight: 1 }
      rs2: { address: 192.0.2.22 }
`;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A port that is free on both addresses, as far as one can know. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, addresses[0], () => {
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : 0;
      server.close(() => resolve(port));
    });
  });

interface Pair {
  readonly machines: readonly MemoryMachine[];
  readonly daemons: readonly Daemon[];
}

/** `included`: a file that both routers have next to theirs, which theirs includes. */
async function startPair(t: TestContext, included: string | null = null): Promise<Pair> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-pair-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const keyFile = join(directory, "heartbeat.key");
  writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const network = new MemorySwitch();
  const alone = textWith(await freePort(), keyFile);
  const text =
    included === null ? alone : alone.replace("serial: 1\n", "serial: 1\ninclude: mail.yaml\n");
  const machines = addresses.map((own) => new MemoryMachine(network, own));
  for (const { configFile } of machines) {
    writeFileSync(configFile, text);
    if (included !== null) writeFileSync(join(dirname(configFile), "mail.yaml"), included);
  }
  const daemons: Daemon[] = [];
  for (const machine of machines) daemons.push(await machine.start());
  t.after(() => Promise.all(daemons.map((daemon) => daemon.stop("the test ends"))));
  const states = () => daemons.map(({ serving }) => serving?.engine.router.state).join(" ");
  await until("one is active, and the other one stands by", () => states() === "active standby");
  return { machines, daemons };
}

/** Weights and schedulers in the table of a machine. */
const tableOf = ({ kernel }: MemoryMachine): string =>
  JSON.stringify([...kernel.table.values()], (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );

const texts = ({ machines }: Pair): readonly string[] =>
  machines.map(({ configFile }) => readFileSync(configFile, "utf8"));

const says = (page: Page, words: string) => page.locator("main", { hasText: words }).waitFor();
const take = (page: Page) => page.click("form.editing button.main");

async function applied(pair: Pair, serial: number, weight: number): Promise<void> {
  await until(`both have serial ${serial}`, () =>
    pair.machines.every(
      (machine) =>
        readFileSync(machine.configFile, "utf8").includes(`serial: ${serial}\n`) &&
        tableOf(machine).includes(`"weight":${weight},`),
    ),
  );
  const [one, other] = texts(pair);
  assert.equal(one, other);
  for (const comment of ["# The pair of this test.", "# brisk", "# the shop"])
    assert.ok(one?.includes(comment), comment);
}

it("a virtual server is edited by forms, applied on both routers, merged, and rolled back", {
  timeout: 300_000,
}, async (t) => {
  const pair = await startPair(t);
  const [first, second] = pair.daemons;
  assert.ok(first !== undefined && second !== undefined);
  const served = await serveConsole(t, { controlled: first, assets: await builtAssets(t) });
  const browser = await openBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser);
  page.setDefaultTimeout(patienceMs);
  await logIn(page, served.url);
  const goTo = (path: string) => page.goto(`${served.url}${path}`);

  await page.click("nav a:text-is('VIRTUAL SERVERS')");
  await page.click("tbody a:text-is('web')");
  await page.fill("#k-port", "80000");
  await take(page);
  assert.match((await page.locator("#k-port-wrong").textContent()) ?? "", /80000 is too large/);
  await page.fill("#k-port", "80");
  await page.selectOption("#k-scheduler", "rr");
  await take(page);
  await goTo("/real-server?vs=web&name=rs1");
  await page.fill("#k-weight", "3");
  await take(page);
  await says(page, "Taken into the draft");
  assert.ok(texts(pair).every((text) => text.includes("weight: 1")));

  await goTo("/review");
  for (const router of ["here", "peer"]) {
    const plan = await page.locator(`section[aria-labelledby=plan-${router}]`).textContent();
    assert.match(plan ?? "", /weight 1 -> 3/, router);
  }
  await page.click("button:text-is('Apply')");
  await says(page, "Serial 2 is stored and loaded on both routers");
  await applied(pair, 2, 3);
  const asked = (await first.events()).find(
    (event) => event.event === "control" && event.kind === "asked",
  );
  assert.match(JSON.stringify(asked), /"by":"admin through .*"what":"save"/);

  await goTo("/redundancy");
  await page.fill("#k-failover-failback_delay", "7s");
  await take(page);
  const other = (texts(pair)[1] ?? "").replace("weight: 3", "weight: 4");
  const report = await second.save({ text: other, yes: false, onto: null });
  assert.ok(report.ok, JSON.stringify(report));
  await applied(pair, 3, 4);
  await goTo("/review");
  await says(page, "brought onto serial 3");
  await page.click("button:text-is('Apply')");
  await says(page, "Serial 4 is stored and loaded on both routers");
  await applied(pair, 4, 4);
  assert.match(texts(pair)[0] ?? "", /failback_delay: 7s/);

  await goTo("/monitoring?vs=web");
  await page.click("button:text-is('Try it now')");
  await page.locator("section[role=status]", { hasText: "passed" }).waitFor();

  await goTo("/history");
  await page.locator("tbody tr", { hasText: "Serial 1 and" }).locator("summary").click();
  await page.click("button:text-is('Roll back to 1 now')");
  await says(page, "Serial 5 is stored and loaded on both routers");
  await applied(pair, 5, 1);
  assert.deepEqual(
    complaints.filter((one) => !/422/.test(one)),
    [],
  );
});

it("included files are taken into the main file on both routers, edited, and rolled back to", {
  timeout: 300_000,
}, async (t) => {
  const mail = `virtual_servers:
  # ask the postmaster
  mail:
    address: 192.0.2.11/24
    device: eth0
    port: 25
    forwarding: direct
    check: { type: command, command: /opt/probe, args: [mail] }   # root's own
    real_servers:
      mx1: { address: 192.0.2.31 }
`;
  const pair = await startPair(t, mail);
  const [first] = pair.daemons;
  assert.ok(first !== undefined);
  const before = texts(pair);
  const served = await serveConsole(t, { controlled: first });
  const visitor = await visitorAs(served, "admin");
  const apply = async () => {
    const form = formIn((await visitor.get("/review")).text, "/review/apply");
    const { location, text } = await visitor.post("/review/apply", form);
    assert.equal(location, "/history", /<ul class="problems".*?<\/ul>/s.exec(text)?.[0]);
  };
  const locked = (await visitor.get("/virtual-server?name=mail")).text;
  const taken = await visitor.post("/review/include", formIn(locked, "/review/include"));
  assert.equal(taken.location, "/review");
  const page = (await visitor.get("/real-server?vs=mail&name=mx1")).text;
  const fields = { ...formIn(page, "/real-server/save"), "k.weight": "7" };
  assert.equal((await visitor.post("/real-server/save", fields)).status, 303);
  await apply();
  const [one = "", other] = texts(pair);
  assert.equal(one, other);
  assert.match(one, / {2}# ask the postmaster\n {2}mail:\n.* {3}# root's own\n.*weight: 7 \}\n$/s);
  assert.doesNotMatch(one, /^include/m);
  await until("both have the weight", () =>
    pair.machines.every((machine) => tableOf(machine).includes(`"weight":7,`)),
  );
  const history = (await visitor.get("/history")).text;
  const back = formIn(history, "/history/rollback");
  assert.equal((await visitor.post("/history/rollback", back)).location, "/history");
  await until("both have the weight of the included file again", () =>
    pair.machines.every((machine) => !tableOf(machine).includes(`"weight":7,`)),
  );
  assert.deepEqual(
    texts(pair).map((text) => text.replace("serial: 3", "serial: 1")),
    before,
  );
});
