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
  title: "lvsd and keepalived in turn: the switch loses all that the active router says or hears",
  topology: natPair,
  goals: outageGoals("silent cut at 100 ms, three missed", { longer: 15 }),
  limitSeconds: limitFor(rounds, 30),
  benchOnly: true,
  async play(lab) {
    const story = goneStory(lab, rounds, 100, () => lab.network.silence("r1"));
    return longer(await inTurn(lab, rounds, bothAt(lab, equalDetection), story), "Outage");
  },
});
