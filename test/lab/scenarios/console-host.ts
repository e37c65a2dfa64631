import { setTimeout as sleep } from "node:timers/promises";
import { controlClient } from "../../../src/control/client.ts";
import { messageOf } from "../../../src/model/error.ts";
import { logIn, openBrowser, openPage } from "../../console/browser.ts";
import { Visitor } from "../../console/visitor.ts";
import { startConsole } from "../actors/console.ts";
import { manyServers } from "../actors/many-servers.ts";
import type { Router } from "../actors/router.ts";
import { BeatTimes, quantile } from "../instruments/beat-times.ts";
import { median } from "../instruments/outage.ts";
import { expect } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const virtuals = 200;
const reals = 20;
const browsers = 50;
/** Of one session; the console takes eight. */
const windows = 8;
const interval = 10;
/** Without and with browsers, one after the other: the machine may get slower meanwhile. */
const rounds = 3;
const watchMs = 15_000;
/** p99.9. */
const share = 0.999;
const port = 3636;

/** Reads what the console sends to an open page until `signal`. How many times it sent something. */
async function look(visitor: Visitor, page: number, signal: AbortSignal): Promise<number> {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const url = `${visitor.url}/control/live?page=${page}`;
  let sent = 0;
  try {
    const { body, status } = await fetch(url, { headers: { cookie }, signal });
    expect(status === 200, `the console sends what changes: ${status}`);
    for await (const chunk of body ?? []) sent += (chunk as Uint8Array).length > 0 ? 1 : 0;
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
  return sent;
}

/**
 * Asks for the whole status once a second, as when everything has changed: nothing of servers that
 * are inactive ever does.
 */
async function askForAll(router: Router, signal: AbortSignal): Promise<void> {
  const client = controlClient(`${router.runDirectory}/lvsd.sock`);
  while (!signal.aborted) {
    await client.status();
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}

/** Who has the pages open: each is logged in, and asks for an update each second. */
async function visitors(url: string): Promise<readonly Visitor[]> {
  const all: Visitor[] = [];
  while (all.length * windows < browsers) {
    const visitor = new Visitor(url);
    const { status } = await visitor.login("admin");
    expect(status === 303, `the user logs in: ${status}`);
    await visitor.post("/view", { every: "1", to: "/control" });
    all.push(visitor);
  }
  return all;
}

/** Fifty pages that are open at once; whoever calls ends them by `signal`. */
const openPages = (all: readonly Visitor[], signal: AbortSignal): readonly Promise<number>[] =>
  Array.from({ length: browsers }, (_, at) => {
    const visitor = all[Math.floor(at / windows)] as Visitor;
    return look(visitor, 1 + (at % 10), signal);
  });

const rising = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);

interface Round {
  /** In rising order, ms. */
  readonly jitters: readonly number[];
  /** How late a program was meanwhile that waits for nothing but the time, at the same share. */
  readonly machine: number;
  /** The daemon's processor, in percent of one. */
  readonly percent: number;
}

/** The heartbeat of r1 for a while. */
async function watch(lab: Lab, beats: BeatTimes): Promise<Round> {
  const began = lab.now();
  const used = lab.r1.processorMs();
  beats.begin();
  await lab.elapse(watchMs);
  const jitters = beats.jitters();
  const machine = await lab.yardstick.lateness(began, lab.now(), share);
  const percent = ((lab.r1.processorMs() - used) / (lab.now() - began)) * 100;
  expect(jitters.length > watchMs / interval / 2, `beats were seen: ${jitters.length}`);
  return { jitters, machine, percent };
}

/** The same while fifty pages are open. */
async function watchBrowsers(lab: Lab, beats: BeatTimes, all: readonly Visitor[]): Promise<Round> {
  const end = new AbortController();
  const looking = openPages(all, end.signal);
  const asking = askForAll(lab.r1, end.signal);
  await lab.elapse(3000);
  const round = await watch(lab, beats);
  end.abort();
  await asking;
  const sent = await Promise.all(looking);
  const fewest = Math.min(...sent);
  expect(fewest > 2, `each page was brought up to date: ${fewest}`);
  return round;
}

/** A page may be loaded before it is painted. */
const paintTime = `new Promise((resolve) =>
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries())
      if (name === "first-contentful-paint") resolve(startTime);
  }).observe({ type: "paint", buffered: true }),
)`;

/** Not a number where no browser could be had: the other figures are there all the same. */
async function firstPaint(lab: Lab, url: string): Promise<number> {
  try {
    const browser = await openBrowser();
    const { page, close } = await openPage(browser);
    await logIn(page, url);
    const paints: number[] = [];
    for (const number of [1, 2, 3, 4, 5]) {
      await page.goto(`${url}/control?page=${number}`);
      paints.push(Number(await page.evaluate(paintTime)));
    }
    await close();
    await browser.close();
    return median(paints);
  } catch (thrown) {
    lab.say(`no first paint: ${messageOf(thrown)}`);
    return Number.NaN;
  }
}

const late = ({ jitters }: Round): number => quantile(jitters, share);

/** A guest's kernel takes ten times as long as this one for a system call, or more. */
export default scenario({
  title:
    "50 open pages on 4,000 real servers leave the heartbeat its rhythm, and a page paints at once",
  topology: natPair,
  goals: {
    jitter: {
      what: "heartbeat every 10 ms, 50 consoles open on 4,000 real servers: jitter at p99.9",
      unit: "ms",
      atMost: 20,
    },
    machine: { what: "how late the machine itself was meanwhile, at p99.9", unit: "ms" },
    alone: { what: "the jitter without a console, in turns with it", unit: "ms" },
    added: { what: "what 50 consoles add to it, median of three turns", unit: "ms", atMost: 20 },
    cost: { what: "what 50 consoles cost the daemon, of a processor", unit: "%" },
    paint: {
      what: "console: first paint of 200 virtual servers x 20 real servers",
      unit: "ms",
      atMost: 1000,
    },
  },
  limitSeconds: 480,
  wholeHost: true,
  benchOnly: true,
  async play(lab) {
    const { vip } = lab.addresses;
    const heartbeat = { interval: `${interval}ms`, dead_after: "1s" };
    lab.configurePair({ heartbeat, top: { virtual_servers: manyServers(vip, virtuals, reals) } });
    for (const router of lab.routers) await router.start();
    await lab.r1.sees("r1 hears r2", 60_000, ({ peer }) => peer?.alive === true);
    const beats = await BeatTimes.start(lab.network, "r1", interval);
    lab.endWith(() => beats.kill());
    const { url } = await startConsole(lab, lab.r1, port, "as its unit");
    const all = await visitors(url);
    const [alone, together]: [Round[], Round[]] = [[], []];
    for (let round = 1; round <= rounds; round += 1) {
      const without = await watch(lab, beats);
      const loaded = await watchBrowsers(lab, beats, all);
      alone.push(without);
      together.push(loaded);
      const [before, now] = [without, loaded].map(
        (one) =>
          `${late(one).toFixed(1)} ms (machine ${one.machine.toFixed(1)} ms, ` +
          `daemon ${one.percent.toFixed(1)} %)`,
      );
      lab.say(`turn ${round}: without a console ${before}, with 50 ${now}`);
    }
    const whole = (of: readonly Round[]): number =>
      quantile(rising(of.flatMap(({ jitters }) => jitters)), share);
    const eachTurn = (value: (without: Round, loaded: Round) => number): number =>
      median(alone.map((without, at) => value(without, together[at] as Round)));
    return {
      jitter: whole(together),
      machine: median(together.map(({ machine }) => machine)),
      alone: whole(alone),
      added: eachTurn((without, loaded) => late(loaded) - late(without)),
      cost: eachTurn((without, loaded) => loaded.percent - without.percent),
      paint: await firstPaint(lab, url),
    };
  },
});
