/** Switchovers one after the other under traffic, with connection synchronisation; what they cost. */
import type { Client } from "../actors/client.ts";
import { type Pair, startLvsdPair } from "../actors/pair.ts";
import { heldAlive, heldConnections, synchronised } from "../instruments/held.ts";
import type { ClientReport } from "../instruments/outage.ts";
import { type Pace, undisturbed } from "../instruments/yardstick.ts";
import type { Lab } from "../lab.ts";

export interface Cost {
  /** Held connections that broke. */
  readonly lost: number;
  /** New connections that failed. */
  readonly failed: number;
  /** The longest time in ms in which no new connection was served. */
  readonly outage: number;
  /** The same where the machine was at its speed. */
  readonly outageAtSpeed: number;
  /** The longest time in ms that one new connection took, from its start to its answer's end. */
  readonly waited: number;
  /** The outage in as many spans of the same kind in which nothing happened: the lab's own share. */
  readonly quiet: number;
  /** The same where the machine was at its speed. */
  readonly quietAtSpeed: number;
  /** The longest time in ms from the request to the peer's claim, as the routers tell it. */
  readonly took: number;
  /** The same as the lab sees it, which shares the processor with all machines and goes last. */
  readonly asked: number;
  /** During how many switchovers, and during how many of the other spans, the machine was slow. */
  readonly slowed: number;
  readonly quietSlowed: number;
}

/**
 * How long after a switchover the client is watched while the lab itself asks nothing: its requests
 * take the processor that routers and clients have in common.
 */
const calmMs = 400;

export async function switchOver(lab: Lab, times: number): Promise<Cost> {
  const pair = await startLvsdPair(lab, synchronised);
  const { client, holder } = await heldConnections(lab);
  const { switchovers, controls } = await inARow(lab, pair, client, times);
  const held = await heldAlive(lab, holder);
  return {
    lost: held.broken,
    failed: failedIn([...switchovers, ...controls]),
    outage: longest(switchovers, outageOf),
    outageAtSpeed: longest(atSpeed(switchovers), outageOf),
    waited: longest(switchovers, ({ report }) => report.latency.longest),
    quiet: longest(controls, outageOf),
    quietAtSpeed: longest(atSpeed(controls), outageOf),
    took: longest(switchovers, ({ took }) => took ?? Number.NaN),
    asked: longest(switchovers, ({ asked }) => asked),
    slowed: times - atSpeed(switchovers).length,
    quietSlowed: times - atSpeed(controls).length,
  };
}

/** The service goes to and fro, with a span of the same length after each time for a control. */
export async function inARow(
  lab: Lab,
  pair: Pair,
  client: Client,
  times: number,
): Promise<{ readonly switchovers: readonly Span[]; readonly controls: readonly Span[] }> {
  // One that is just being started is not served for as long, whoever holds the VIP.
  await lab.served(client);
  const [switchovers, controls]: [Span[], Span[]] = [[], []];
  while (switchovers.length < times) {
    const span = await watched(lab, client, () => pair.leave());
    await pair.comeBack();
    await lab.served(client);
    const control = await watched(lab, client, async () => {
      await lab.elapse(span.asked);
      return null;
    });
    lab.say(`${pair.product}: ${told(span)}; with nothing happening: ${told(control)}`);
    switchovers.push(span);
    controls.push(control);
  }
  return { switchovers, controls };
}

export const longest = (spans: readonly Span[], length: (span: Span) => number): number =>
  Math.max(0, ...spans.map(length));

export const failedIn = (spans: readonly Span[]): number =>
  spans.reduce((sum, { report }) => sum + report.failed, 0);

export interface Span {
  /** From the request to the answer, in ms, and how much of it the router tells of, if it does. */
  readonly asked: number;
  readonly took: number | null;
  /** What the client saw from its beginning until it was long over. */
  readonly report: ClientReport;
  readonly pace: Pace;
  /** Whether the machine was at its speed all the time. */
  readonly calm: boolean;
}

const atSpeed = (spans: readonly Span[]): readonly Span[] => spans.filter(({ calm }) => calm);

export const outageOf = ({ report }: Span): number => report.outage;

function told({ asked, took, report, pace, calm }: Span): string {
  const { outage, latency, failed, byFailure } = report;
  const ms = (length: number): string => `${length.toFixed(1)} ms`;
  return [
    `asked for ${ms(asked)}${took === null ? "" : `, took ${ms(took)}`}, outage ${ms(outage)}, waited ${ms(latency.longest)}`,
    ...(failed === 0 ? [] : [`${failed} tries failed ${JSON.stringify(byFailure)}`]),
    `machine ${pace.slowest.toFixed(1)} times slower, still ${ms(pace.stillMs)}${calm ? "" : ": slow"}`,
  ].join(", ");
}

async function watched(lab: Lab, client: Client, act: () => Promise<number | null>): Promise<Span> {
  client.mark();
  const began = lab.now();
  const took = await act();
  const asked = lab.now() - began;
  await lab.elapse(calmMs);
  const pace = await lab.yardstick.pace(began, lab.now());
  return { asked, took, report: await client.report(), pace, calm: undisturbed(pace) };
}
