/**
 * The story of a flood: forged heartbeats from the peer's address, on both paths, for one router
 * after the other. Nobody may decide anything for it, and the flooded router keeps its rhythm.
 */
import { startBarePair } from "../actors/bare-pair.ts";
import type { Router } from "../actors/router.ts";
import { heartbeatsOn } from "../instruments/capture.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { Resident } from "../machine/resident.ts";
import type { Figures, Goal } from "../scenario.ts";
import type { FloodOptions, FloodReport } from "./flood-side.ts";

/** Who sits on which network, to flood from there. */
const flooders = { public: "observer", private: "rs1" } as const;

const heartbeat = { interval: "100ms", dead_after: "400ms" };
const intervalMs = 100;

/** Where the sequence and the boot id of a heartbeat lie (docs/heartbeat.md). */
const at = { boot: 16, sequence: 24 } as const;

export const unchanged = (what: string): Goal => ({
  what: `${what}: changes of state`,
  unit: "changes",
  atMost: 0,
  exact: true,
});

/**
 * Sixty-four forgeries of a genuine datagram: of the living boot id and of later sequences, so that
 * only the signature tells, and every fourth of a boot id that nobody has heard of.
 */
function forgeriesOf(genuine: Uint8Array): Uint8Array[] {
  return Array.from({ length: 64 }, (_, index) => {
    const forged = Buffer.from(genuine);
    forged.writeUInt32BE(0x0010_0000 + index, at.sequence + 4);
    if (index % 4 === 0) forged.writeUInt32BE(index, at.boot);
    return forged;
  });
}

/** The p99 of how far a router's gaps between two beats on a path are from its interval. */
function jitterOf(lab: Lab, victim: Router, from: number): number {
  const own = lab.addresses.routers[victim.name as "r1" | "r2"];
  const off = (["public", "private"] as const).flatMap((net) => {
    const beats = heartbeatsOn(net === "public" ? "br-pub" : "br-priv")
      .filter((beat) => beat.from === own[net] && beat.at >= from)
      .map((beat) => beat.at);
    return beats.slice(1).map((arrived, index) => {
      return Math.abs(arrived - (beats[index] ?? arrived) - intervalMs);
    });
  });
  expect(off.length > 20, `${off.length} gaps between beats of ${victim.name} were captured`);
  return off.sort((one, other) => one - other)[Math.floor((off.length - 1) * 0.99)] ?? Number.NaN;
}

/** `rate` datagrams a second in all, half of them on each path. */
async function flood(lab: Lab, victim: Router, rate: number, seconds: number): Promise<number> {
  const peer = lab.other(victim);
  const [to, from] = [victim, peer].map(({ name }) => lab.addresses.routers[name as "r1" | "r2"]);
  const started = await Promise.all(
    (["public", "private"] as const).map(async (net) => {
      const bridge = net === "public" ? "br-pub" : "br-priv";
      const genuine = heartbeatsOn(bridge).findLast((beat) => beat.from === from?.[net]);
      expect(genuine !== undefined, `a heartbeat of ${peer.name} was captured on ${bridge}`);
      const options: FloodOptions = {
        from: from?.[net] ?? "",
        to: to?.[net] ?? "",
        payloads: forgeriesOf(genuine?.payload ?? new Uint8Array()),
        rate: rate / 2,
        seconds,
      };
      return Resident.start(flooders[net], new URL("./flood-side.ts", import.meta.url), options);
    }),
  );
  const reports = await Promise.all(started.map((each) => each.ask<FloodReport>({})));
  await Promise.all(started.map((each) => each.kill()));
  return reports.reduce((sum, { sent, tookMs }) => sum + (sent * 1000) / tookMs, 0);
}

const refusals = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Floods the standby, then the active router. */
export async function floodBoth(lab: Lab, rate: number, seconds: number): Promise<Figures> {
  await lab.captureOnlyRouters();
  await startBarePair(lab, heartbeat);
  const bridges = ["br-pub", "br-priv"] as const;
  await waitFor("beats are captured", 5000, () =>
    bridges.every((bridge) => heartbeatsOn(bridge).length > 20),
  );
  const before = lab.changesOfState();
  const jitters: number[] = [];
  const rates: number[] = [];
  for (const victim of [lab.r2, lab.r1]) {
    const { heartbeat: counted } = await victim.status();
    const used = victim.processorMs();
    const from = Date.now();
    const reached = await flood(lab, victim, rate, seconds);
    const share = (victim.processorMs() - used) / (seconds * 10);
    const { heartbeat: now } = await victim.sees("it still hears its peer", 5000, ({ peer }) => {
      return peer?.alive === true;
    });
    await lab.captured();
    const jitter = jitterOf(lab, victim, from);
    const spared = jitterOf(lab, lab.other(victim), from);
    const refused = refusals(now.refused) - refusals(counted.refused);
    lab.say(
      `${reached.toFixed(0)} forged a second for ${seconds} s at ${victim.name}, ` +
        `${refused} refused, ${share.toFixed(0)} % of a processor; beats off by ` +
        `${jitter.toFixed(1)} ms (p99; those of the router that is spared by ` +
        `${spared.toFixed(1)} ms), ${now.late - counted.late} late`,
    );
    expect(refused > 0, "what was refused is counted");
    jitters.push(jitter);
    rates.push(reached);
  }
  expect(lab.holder() === lab.r1, "r1 alone holds the VIP");
  return {
    changes: lab.changesOfState() - before,
    jitter: Math.max(...jitters),
    rate: Math.min(...rates),
  };
}
