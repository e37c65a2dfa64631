import { Sender } from "../actors/sender.ts";
import { heartbeatsOn } from "../instruments/capture.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "truncated, oversized, forged, replayed and foreign datagrams are refused and counted",
  topology: natPair,
  goals: {},
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const { r1, r2 } = lab.addresses.routers;
    const genuine = () =>
      heartbeatsOn("br-pub").filter((each) => each.from === r2.public && each.to === r1.public);
    await waitFor("heartbeats of r2 are captured", 5000, () => genuine().length > 10);
    const payload = genuine().at(-1)?.payload ?? new Uint8Array();
    const before = (await lab.r1.status()).heartbeat;
    const flipped = (index: number): Uint8Array =>
      payload.map((byte, place) => (place === index ? byte ^ 1 : byte));
    const deeds: Readonly<Record<string, readonly Uint8Array[]>> = {
      truncated: Array.from({ length: payload.length }, (_, length) => payload.subarray(0, length)),
      oversized: [Uint8Array.from([...payload, ...new Uint8Array(1400)])],
      forged: Array.from(payload, (_, index) => flipped(index)),
      replayed: genuine()
        .slice(0, 10)
        .map((each) => each.payload),
      nonsense: Array.from({ length: 50 }, (_, index) => new Uint8Array(index * 25).fill(index)),
    };
    // From the peer's own address, so that nothing is refused for where it comes from.
    for (const place of ["r2", "observer"]) {
      const sender = await Sender.start(place);
      for (const [deed, payloads] of Object.entries(deeds)) {
        const { heartbeat } = await lab.r1.status();
        const sum = (counts: Readonly<Record<string, number>>) =>
          Object.values(counts).reduce((all, each) => all + each, 0);
        await sender.send(r1.public, payloads);
        const status = await lab.r1.sees(
          `${deed} datagrams from ${place} are counted`,
          5000,
          (now) => {
            return sum(now.heartbeat.refused) >= sum(heartbeat.refused) + payloads.length * 0.9;
          },
        );
        lab.say(
          `${payloads.length} ${deed} from ${place}: ${JSON.stringify(status.heartbeat.refused)}`,
        );
        expect(lab.holder() === lab.r1, `${deed} datagrams change nothing`);
      }
      await sender.kill();
    }
    const after = await lab.r1.status();
    for (const reason of ["short", "bad-hmac", "replayed", "not-ours", "foreign-address"])
      expect(
        (after.heartbeat.refused[reason] ?? 0) > (before.refused[reason] ?? 0),
        `${reason} is counted`,
      );
    const told = lab.r1
      .events()
      .filter((each) => each.event === "heartbeat" && each.kind === "refused");
    expect(
      told.length > 0 && told.length < 60,
      `the log tells, but not per datagram (${told.length})`,
    );
    const { state, peer } = after;
    expect(state === "active" && peer?.alive === true, "the pair is as it was");
    return {};
  },
});
