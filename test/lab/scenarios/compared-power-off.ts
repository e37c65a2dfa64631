import { equalDetection } from "../compared/compared.ts";
import { compareOutages } from "../compared/compared-outage.ts";

export default compareOutages({
  title: "the active router loses power, detection being equal",
  what: "power loss at 100 ms, three missed",
  rounds: 30,
  settings: equalDetection,
  intervalMs: 100,
  bounds: { longer: 15 },
  go: (pair) => pair.powerOff(),
});
