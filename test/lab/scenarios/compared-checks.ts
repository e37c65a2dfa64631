import { renew } from "../actors/pair.ts";
import { costOfKeepalived, costOfLvsd, type Kind, manyBehindOne } from "../compared/check-cost.ts";
import { roundsOr } from "../compared/compared.ts";
import { natPair } from "../machine/topology.ts";
import { type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(1);

const cost = (kind: Kind, who: string): Goal => ({
  what: `processor time of a ${kind} check: ${who}`,
  unit: "us",
});
const ratio = (kind: Kind): Goal => ({
  what: `a ${kind} check of lvsd, of keepalived's`,
  unit: "%",
  atMost: 150,
  exact: true,
});

export default scenario({
  title: "a check costs hardly more than keepalived's: 1,000 tcp a second, 500 http",
  topology: natPair,
  goals: {
    tcpLvsd: cost("tcp", "lvsd"),
    tcpKeepalived: cost("tcp", "keepalived"),
    tcpRatio: ratio("tcp"),
    httpLvsd: cost("http", "lvsd"),
    httpKeepalived: cost("http", "keepalived"),
    httpRatio: ratio("http"),
  },
  limitSeconds: 60 + rounds * 400,
  benchOnly: true,
  async play(lab) {
    await manyBehindOne(lab);
    const figures: Record<string, number[]> = {};
    const note = (name: string, figure: number): void => {
      figures[name] = [...(figures[name] ?? []), figure];
    };
    for (let round = 0; round < rounds; round++)
      for (const kind of ["tcp", "http"] as const) {
        const lvsd = await costOfLvsd(lab, kind);
        await renew([lab.r1]);
        const keepalived = await costOfKeepalived(lab, kind);
        await renew([lab.r1]);
        lab.say(`${kind}: lvsd ${lvsd.toFixed(0)} us, keepalived ${keepalived.toFixed(0)} us`);
        note(`${kind}Lvsd`, lvsd);
        note(`${kind}Keepalived`, keepalived);
        note(`${kind}Ratio`, (100 * lvsd) / keepalived);
      }
    return figures;
  },
});
