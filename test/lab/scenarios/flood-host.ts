import { floodBoth, unchanged } from "../faults/flood.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const rate = 100_000;
const seconds = 30;
const what = `${rate} forged heartbeats/s for ${seconds} s`;

export default scenario({
  title:
    "on a whole machine, 100,000 forged heartbeats a second from the peer's address: no change",
  topology: natPair,
  goals: {
    changes: unchanged(what),
    jitter: {
      what: `${what}: jitter of the flooded router's heartbeat, p99`,
      unit: "ms",
      atMost: 20,
    },
    rate: {
      what: `${what}: reached a second`,
      unit: "datagrams",
      atLeast: rate * 0.98,
      exact: true,
    },
  },
  limitSeconds: 180,
  wholeHost: true,
  benchOnly: true,
  play: (lab) => floodBoth(lab, rate, seconds),
});
