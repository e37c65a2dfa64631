import { faultStory } from "../fault.ts";
import { delayOnBoth, lossOnOne } from "../lossy.ts";

// With both paths lossy and 300 ms of patience two or three beats that are lost on both look like
// death; no router can tell the two apart.
export default faultStory(
  "30 % loss on one path, 200 ms of delay, at a heartbeat of 100 ms and dead after 300 ms: nothing",
  { one: lossOnOne, delay: delayOnBoth },
  { options: { heartbeat: { interval: "100ms", dead_after: "300ms" } } },
);
