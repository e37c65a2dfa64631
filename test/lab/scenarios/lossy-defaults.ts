import { faultStory } from "../faults/fault.ts";
import { delayOnBoth, lossOnBoth, lossOnOne } from "../faults/lossy.ts";

export default faultStory(
  "30 % loss on one path and on both, 200 ms of delay, at the default heartbeat: nothing happens",
  { one: lossOnOne, both: lossOnBoth, delay: delayOnBoth(200) },
  { options: { heartbeat: {} } },
);
