import {
  bothAt,
  goneStory,
  inTurn,
  limitFor,
  longer,
  outageGoals,
  roundsOr,
  type Settings,
} from "../compared.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

const rounds = roundsOr(10);

const fastest: Settings = {
  lvsd: { heartbeat: { interval: "10ms", dead_after: "40ms" } },
  keepalived: { advertInterval: 0.01, priorities: [254, 253] },
};

export default scenario({
  title: "lvsd at 10 ms / 40 ms and keepalived at advert_int 0.01 in turn: power loss",
  topology: natPair,
  goals: outageGoals("power loss at 10 ms", { lvsd: 60 }),
  limitSeconds: limitFor(rounds, 30),
  benchOnly: true,
  async play(lab) {
    const story = goneStory(lab, rounds, 10, (pair) => pair.powerOff());
    return longer(await inTurn(lab, rounds, bothAt(lab, fastest), story), "Outage");
  },
});
