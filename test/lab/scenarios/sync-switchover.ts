import { scenario } from "../scenario.ts";
import { switchOver } from "../synchronised-switchovers.ts";
import { natPair } from "../topology.ts";

const switchovers = 50;
const what = `${switchovers} switchovers in a row with connection_sync`;

export default scenario({
  title: "with connection_sync, switchovers one after the other lose nothing, old or new",
  topology: natPair,
  goals: {
    lost: {
      ...{ what: `${what}: held connections lost`, unit: "connections" },
      ...{ atMost: 0, exact: true },
    },
    failed: {
      ...{ what: `${what}: failed tries`, unit: "connections" },
      ...{ atMost: 0, exact: true },
    },
    outage: { what: `${what}: the longest client outage`, unit: "ms", atMost: 20 },
    outageOfAll: { what: "the same of those during which the machine was slow, too", unit: "ms" },
    waited: { what: `${what}: the longest that a new connection took`, unit: "ms" },
    quiet: { what: "and as often while nothing happened, the longest gap", unit: "ms" },
    took: { what: `${what}: the longest from request to done`, unit: "ms", atMost: 200 },
    tookOfAll: { what: "the same of those during which the machine was slow, too", unit: "ms" },
    calm: { what: "switchovers that these figures are of", unit: "changes", atLeast: switchovers },
    disturbed: { what: "switchovers besides, during which the machine was slow", unit: "changes" },
  },
  limitSeconds: 400,
  benchOnly: true,
  play: async (lab) => ({
    ...(await switchOver(lab, { calm: switchovers, most: 3 * switchovers })),
  }),
});
