import { equalDetection } from "../compared/compared.ts";
import { compareOutages } from "../compared/compared-outage.ts";

export default compareOutages({
  title: "the switch loses all that the active router says or hears, detection being equal",
  what: "silent cut at 100 ms, three missed",
  rounds: 30,
  settings: equalDetection,
  intervalMs: 100,
  bounds: { longer: 15 },
  go: (_, lab) => lab.network.silence("r1"),
});
