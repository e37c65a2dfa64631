/** The story of connections that are being opened at the very moment of a hand-over. */
import { openSyncDaemons } from "../../../src/system/ipvs/sync-daemon.ts";
import { Client } from "../actors/client.ts";
import type { Router } from "../actors/router.ts";
import { synchronised } from "../instruments/held.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { within } from "../machine/namespace.ts";
import type { Goal } from "../scenario.ts";

const handOvers = 6;
/** One is opened every 2 ms, for a second; afterwards each says a line a second. */
const held = 500;
const holdIntervalMs = 1000;
/** How many of them are open when the hand-over is asked for: it falls into the midst of them. */
const openFirst = 150;

export const arrivingGoals = {
  broken: {
    what: `connections broken that were opened during ${handOvers} switchovers`,
    unit: "connections",
    atMost: 0,
    exact: true,
  },
  dropped: {
    what: "datagrams for which a kernel had no room while its peer told it of connections",
    unit: "datagrams",
    atMost: 0,
    exact: true,
  },
  reread: {
    what: "switchovers whose SYNs left a doubt, so that the list was read once more",
    unit: "changes",
    atMost: 0,
    exact: true,
  },
} as const satisfies Readonly<Record<string, Goal>>;

/**
 * A client that is opening its connections, the first of them open: how many. The lab's own program
 * goes after the routers, and is too late for one now and then.
 */
async function startOpening(lab: Lab): Promise<[Client, number]> {
  const options = { address: lab.addresses.vip, intervalMs: 60_000, held, holdIntervalMs };
  for (let left = 5; left > 0; left -= 1) {
    const holder = await Client.start("client", options);
    lab.endWith(() => holder.kill());
    const open = await waitFor("connections are being opened", 5000, async () => {
      const { open } = await holder.held();
      return open >= openFirst && open;
    });
    if (open < held / 2) return [holder, open];
    lab.say(`${open} connections are open already`);
    await holder.kill();
  }
  throw new Error("no hand-over falls into the midst of the opening");
}

const droppedOn = ({ name }: Router): number =>
  within(
    name,
    () => openSyncDaemons({ socketsFile: "/proc/thread-self/net/udp" }).intake().dropped,
  );

export async function handOverArriving(lab: Lab) {
  await lab.startPair(synchronised);
  await lab.r2.sees("the kernel's daemons run", 10_000, (status) => {
    return status.connection_sync?.state === "backup";
  });
  let broken = 0;
  for (let count = 0; count < handOvers; count += 1) {
    const [from, to] = count % 2 === 0 ? [lab.r1, lab.r2] : [lab.r2, lab.r1];
    const [holder, early] = await startOpening(lab);
    const asked = lab.now();
    const answer = await from.switchover();
    expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
    await to.reaches("active", 2000);
    // Each has said two lines more by then.
    await lab.elapse(3 * holdIntervalMs);
    const now = await holder.held();
    lab.say(`${early} were open before, ${now.open} are now, ${now.broken} broken`);
    for (const { started, ended, why } of now.faults)
      lab.say(
        `begun ${(started - asked).toFixed(1)} ms after it, ${why} ${(ended - asked).toFixed(1)}`,
      );
    broken += now.broken;
    await holder.kill();
  }
  const told = [lab.r1, lab.r2]
    .flatMap((router) => router.events())
    .flatMap((event) => (event.event === "sync" && event.kind === "told" ? [event.text] : []));
  expect(told.length === handOvers, `each hand-over has told the peer: ${told.join("; ")}`);
  return {
    broken,
    dropped: droppedOn(lab.r1) + droppedOn(lab.r2),
    reread: told.filter((text) => text.includes("once more")).length,
  };
}
