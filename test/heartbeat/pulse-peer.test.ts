import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PulseWord } from "../../src/heartbeat/pulse.ts";
import { hearWord, isLone, type PulsePeer, unheardPulse } from "../../src/heartbeat/pulse-peer.ts";
import { instant, ms } from "../../src/model/time.ts";

/** What is believed after these words, one each second from 1 s on. */
const after = (...words: readonly (readonly [PulseWord, lone: boolean])[]): PulsePeer =>
  words.reduce(
    (peer, [word, lone], at) => hearWord(peer, word, lone, instant(1000 * (at + 1))),
    unheardPulse,
  );

describe("a peer that speaks pulse", () => {
  it("is what its newest word says, and was heard then", () => {
    const { state, stateAt, heardAt, takesOver } = after(["stopped", true], ["running", true]);
    assert.deepEqual([state, stateAt, heardAt, takesOver], ["running", 2000, 2000, false]);
  });

  it("lives by `hold`, which changes nothing else", () => {
    const { state, stateAt, heardAt } = after(["running", true], ["hold", true]);
    assert.deepEqual([state, stateAt, heardAt], ["running", 1000, 2000]);
    assert.equal(after(["hold", true]).state, null);
  });

  it("takes over from `stop-me` until its next word that says what it is", () => {
    assert.equal(after(["stop-me", true]).takesOver, true);
    assert.equal(after(["stop-me", true]).state, "running");
    assert.equal(after(["stop-me", true], ["hold", true]).takesOver, true);
    assert.equal(after(["stop-me", true], ["running", true]).takesOver, false);
  });

  it("is capable of lvsd's protocol since the first word that came with a heartbeat", () => {
    assert.equal(after(["running", false], ["running", false]).capableSince, 1000);
    assert.equal(after(["running", false], ["running", true]).capableSince, null);
    const again = after(["running", false], ["running", true], ["running", false]);
    assert.equal(again.capableSince, 3000);
  });

  it("is alone with pulse for as long as such a word is not older than the timeout", () => {
    const peer = after(["running", true], ["running", false]);
    assert.equal(isLone(peer, ms(500), instant(1499)), true);
    assert.equal(isLone(peer, ms(500), instant(1500)), false);
    assert.equal(isLone(after(["running", false]), ms(500), instant(1000)), false);
  });
});
