/** The story that several scenarios tell with different settings: the active router loses power. */

import type { PairOptions } from "../actors/pair-config.ts";
import { expect } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import type { Goal } from "../scenario.ts";

export const powerOffGoals = (
  settings: string,
  atMost: number,
): Readonly<Record<string, Goal>> => ({
  outage: {
    what: `power-off of the active router (${settings}): client outage`,
    unit: "ms",
    atMost,
  },
});

export async function powerOff(lab: Lab, options: PairOptions): Promise<{ outage: number }> {
  await lab.startPair(options);
  const client = await lab.startClient();
  lab.say("the client is served by r1; its power goes");
  await lab.r1.powerOff();
  await lab.r2.reaches("active", 10_000);
  await lab.served(client);
  const { outage, failed, byServer } = await client.report();
  lab.say(`r2 serves; outage ${outage.toFixed(0)} ms, ${failed} tries failed`);
  expect(
    lab.servers.every((server) => (byServer[server.name] ?? 0) > 0),
    `every real server has answered: ${JSON.stringify(byServer)}`,
  );
  return { outage };
}
