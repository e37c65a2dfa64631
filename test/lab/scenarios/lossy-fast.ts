import { faultStory } from "../faults/fault.ts";
import { delayOnBoth, lossOnOne } from "../faults/lossy.ts";

// With both paths lossy and 300 ms of patience two or three beats that are lost on both look like
// death; no router can tell the two apart. So does a delay of 200 ms when it begins: the last beat is
// up to 100 ms old then, and nothing newer is heard for 200 ms.
export default faultStory(
  "30 % loss on one path, 100 ms of delay, at a heartbeat of 100 ms and dead after 300 ms: nothing",
  { one: lossOnOne, delay: delayOnBoth(100) },
  { options: { heartbeat: { interval: "100ms", dead_after: "300ms" } } },
);
