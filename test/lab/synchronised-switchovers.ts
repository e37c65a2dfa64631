/** Switchovers one after the other under traffic, with connection synchronisation; what they cost. */
import type { Client } from "./client.ts";
import { heldAlive, heldConnections, synchronised } from "./held.ts";
import type { Lab } from "./lab.ts";
import type { ClientReport } from "./outage.ts";
import { expect } from "./wait.ts";
import { type Pace, undisturbed, Yardstick } from "./yardstick.ts";

export interface Cost {
  /** Held connections that broke. */
  readonly lost: number;
  /** New connections that failed. */
  readonly failed: number;
  /** The longest time in ms in which no new connection was served, on a machine at its speed. */
  readonly outage: number;
  /** The same of all switchovers, however slow the machine was. */
  readonly outageOfAll: number;
  /** The longest time in ms that one new connection took, on a machine at its speed. */
  readonly waited: number;
  /** The outage in spans of the same kind in which nothing happened, on a machine at its speed. */
  readonly quiet: number;
  /** The longest time in ms from the request to the answer, on a machine at its speed. */
  readonly took: number;
  /** The same of all switchovers. */
  readonly tookOfAll: number;
  /** How many switchovers happened on a machine at its speed. */
  readonly calm: number;
  /** How many there were besides, on a machine that was slowed down. */
  readonly disturbed: number;
}

/**
 * How long after a switchover the client is watched while the lab itself asks nothing: its requests
 * take the processor that routers and clients have in common.
 */
const calmMs = 400;

export interface Times {
  /** There are enough once so many happened on a machine that was at its speed throughout. */
  readonly calm: number;
  /** There are enough in any case. */
  readonly most: number;
}

/** All switchovers count for what is lost and failed. */
export async function switchOver(lab: Lab, { calm, most }: Times): Promise<Cost> {
  await lab.startPair(synchronised);
  const { client, holder } = await heldConnections(lab);
  // One that is just being started is not served for as long, whoever holds the VIP.
  await lab.served(client);
  const yardstick = await Yardstick.start("client");
  lab.endWith(() => yardstick.kill());
  const [switchovers, controls]: [Span[], Span[]] = [[], []];
  while (switchovers.length < most && atSpeed(switchovers).length < calm) {
    const [from, to] = [lab.holder(), lab.other(lab.holder())];
    const span = await watched(lab, client, yardstick, async () => {
      const answer = await from.switchover();
      expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
    });
    await to.reaches("active", 2000);
    await lab.served(client);
    const control = await watched(lab, client, yardstick, () => lab.elapse(span.took));
    lab.say(`${to.name} serves: ${told(span)}; with nothing happening: ${told(control)}`);
    switchovers.push(span);
    controls.push(control);
  }
  await yardstick.kill();
  const held = await heldAlive(lab, holder);
  const longest = (spans: readonly Span[], length: (span: Span) => number): number =>
    Math.max(0, ...spans.map(length));
  return {
    lost: held.broken,
    failed: [...switchovers, ...controls].reduce((sum, { report }) => sum + report.failed, 0),
    outage: longest(atSpeed(switchovers), outageOf),
    outageOfAll: longest(switchovers, outageOf),
    waited: longest(atSpeed(switchovers), ({ report }) => report.latency.longest),
    quiet: longest(atSpeed(controls), outageOf),
    took: longest(atSpeed(switchovers), ({ took }) => took),
    tookOfAll: longest(switchovers, ({ took }) => took),
    calm: atSpeed(switchovers).length,
    disturbed: switchovers.length - atSpeed(switchovers).length,
  };
}

interface Span {
  /** In ms. */
  readonly took: number;
  /** What the client saw from its beginning until it was long over. */
  readonly report: ClientReport;
  readonly pace: Pace;
  /** Whether the machine was at its speed all the time. */
  readonly calm: boolean;
}

const atSpeed = (spans: readonly Span[]): readonly Span[] => spans.filter(({ calm }) => calm);

const outageOf = ({ report }: Span): number => report.outage;

function told({ took, report, pace, calm }: Span): string {
  const { outage, latency, failed, byFailure } = report;
  const ms = (length: number): string => `${length.toFixed(1)} ms`;
  return [
    `took ${ms(took)}, outage ${ms(outage)}, waited ${ms(latency.longest)}`,
    ...(failed === 0 ? [] : [`${failed} tries failed ${JSON.stringify(byFailure)}`]),
    `machine ${pace.slowest.toFixed(1)} times slower, still ${ms(pace.stillMs)}${calm ? "" : ": slow"}`,
  ].join(", ");
}

async function watched(
  lab: Lab,
  client: Client,
  yardstick: Yardstick,
  act: () => Promise<void>,
): Promise<Span> {
  client.mark();
  const began = lab.now();
  await act();
  const took = lab.now() - began;
  await lab.elapse(calmMs);
  const pace = await yardstick.pace(began, lab.now());
  return { took, report: await client.report(), pace, calm: undisturbed(pace) };
}
