import { faultStory } from "../fault.ts";
import { delayOnBoth, lossOnOne } from "../lossy.ts";

// With both paths lossy and 300 ms of patience three lost beats of one router decide, which at 30 %
// of loss happens about every two minutes: no router can tell that from death.
export default faultStory(
  "30 % loss on one path, 200 ms of delay, at a heartbeat of 100 ms and dead after 300 ms: nothing",
  { one: lossOnOne, delay: delayOnBoth },
  { options: { heartbeat: { interval: "100ms", dead_after: "300ms" } } },
);
