import { heartbeat, turnMs } from "../compared/beside-keepalived.ts";
import { compareOutages } from "../compared/compared-outage.ts";

export default compareOutages({
  title: "the active router loses power, at 10 ms / 40 ms and at advert_int 0.01",
  what: "power loss at 10 ms",
  rounds: 10,
  settings: {
    lvsd: { heartbeat },
    keepalived: { advertInterval: 0.01, priorities: [254, 253] },
  },
  intervalMs: 10,
  turnMs,
  bounds: { lvsd: 60 },
  go: (pair) => pair.powerOff(),
});
