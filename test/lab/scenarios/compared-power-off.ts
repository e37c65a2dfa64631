import {
  bothAt,
  equalDetection,
  goneStory,
  inTurn,
  limitFor,
  longer,
  outageGoals,
  roundsOr,
} from "../compared.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

const rounds = roundsOr(30);

export default scenario({
  title: "lvsd and keepalived in turn: the active router loses power, detection being equal",
  topology: natPair,
  goals: outageGoals("power loss at 100 ms, three missed", { longer: 15 }),
  limitSeconds: limitFor(rounds, 30),
  benchOnly: true,
  async play(lab) {
    const story = goneStory(lab, rounds, 100, (pair) => pair.powerOff());
    return longer(await inTurn(lab, rounds, bothAt(lab, equalDetection), story), "Outage");
  },
});
