import { startBarePair } from "../actors/bare-pair.ts";
import { atSpeed, falsely, heartbeat, share, startBeside } from "../compared/beside-keepalived.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const minutes = Number(process.env.LAB_MINUTES ?? "0.5");

/** A guest's kernel takes ten times as long as this one for a system call, or more. */
export default scenario({
  title: "on a whole machine, at 10 ms, nothing fails over falsely; keepalived beside",
  topology: natPair,
  goals: {
    lvsd: falsely("lvsd", "idle", minutes, { atMost: 0 }),
    atSpeed,
    keepalived: falsely("keepalived", "idle", minutes),
    share,
  },
  limitSeconds: 300 + minutes * 60,
  wholeHost: true,
  benchOnly: true,
  async play(lab) {
    await startBarePair(lab, heartbeat);
    const beside = await startBeside(lab);
    const { lvsd, atItsSpeed, keepalived } = await beside.watch("idle", minutes);
    await beside.stop();
    return { lvsd, atSpeed: atItsSpeed, keepalived, share: beside.percentAtSpeed() };
  },
});
